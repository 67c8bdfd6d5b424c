import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The compiled form of a program of this folder, to be run by Node. Right also when this very file runs from its
 * source, as it does in tests: then the program is in `dist`.
 */
export const compiledProgram = (name: string) =>
  import.meta.url.endsWith('.ts')
    ? join(here, '../../dist/deploy/local', `${name}.js`)
    : join(here, `${name}.js`);

/** Where PATH has a program, if it does. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
