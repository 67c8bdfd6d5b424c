import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Starts the thread whose code is at `code`, an address without its ending: compiled if this file is, else TypeScript.
 */
export function startThread(code: URL, workerData: unknown): Worker {
  return new Worker(new URL(`${code.href}${extname(import.meta.url)}`), {
    workerData,
    execArgv: loadTypeScript(),
  });
}

/** Node 20 has to be taught to load TypeScript. From source is how the tests run; what is shipped is compiled. */
export const loadTypeScript = () =>
  import.meta.url.endsWith('.ts')
    ? ['--import', new URL('../test/contracts/load-typescript.mjs', import.meta.url).href]
    : undefined;
