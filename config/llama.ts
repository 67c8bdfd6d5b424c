import { join } from 'node:path';
import { cacheFolder } from './schema.ts';

/** llama.cpp for Node weighs 85 MB: it is installed where it is asked for, beside the models, in this version. */
export const LLAMA_VERSION = '3.22.1';
export const llamaFolder = () => join(cacheFolder(), `node-llama-cpp-${LLAMA_VERSION}`);
/** The package's entry file, in its folder. */
export const LLAMA_ENTRY = join('node_modules', 'node-llama-cpp', 'dist', 'index.js');
