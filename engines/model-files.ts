import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from './error.ts';

/** The folder that holds a folder for each model, such as `moonshine-tiny-en`. */
export type ModelFolder = string;

/** Paths of a model's files, by their names. Throws EngineError for the first one that is missing. */
export function modelFiles<Name extends string>(
  engine: string,
  folder: ModelFolder,
  model: string,
  names: readonly Name[],
  fetchedBy = '`npm start` or `orkestra provision`',
): Record<Name, string> {
  const paths = names.map((name) => [name, join(folder, model, name)] as const);
  const missing = paths.find(([, path]) => !existsSync(path));
  if (missing) {
    const message = `the model file ${missing[1]} is missing; ${fetchedBy} fetches it`;
    throw new EngineError(engine, message, { retryable: false });
  }
  return Object.fromEntries(paths) as Record<Name, string>;
}
