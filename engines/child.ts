import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTypeScript } from './thread.ts';

/**
 * Starts the process whose code is at `code`, an address without its ending: compiled if this file is, else TypeScript.
 * For native code that may take its process with it. It finds `setup` as JSON in its first argument.
 */
export function startChild(code: URL, setup: unknown): ChildProcess {
  const file = fileURLToPath(`${code.href}${extname(import.meta.url)}`);
  return fork(file, [JSON.stringify(setup)], {
    execArgv: loadTypeScript(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
