import { register } from 'node:module';
import './clock.ts';

/** Loaded into each worker of a chaos run before its program: puts the engines of the run in the scripted ones' places. */
register('./resolve.js', import.meta.url);
