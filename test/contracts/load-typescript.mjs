import { register } from 'node:module';

/** `node --import` this file, and the thread loads TypeScript. */
register('./typescript-hooks.mjs', import.meta.url);
