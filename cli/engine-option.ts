import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { usageError } from './error.ts';
import { suggestion } from './nearest.ts';
import { quote } from './settings-option.ts';

/**
 * The configuration with one engine alone: the one that `--engine` names, else the configured one, and none that
 * takes over from it. Throws CliError (2) where there is no such engine.
 */
export function configFor(kind: 'stt' | 'tts', name: string | undefined, names: readonly string[]): Config {
  if (name !== undefined && !names.includes(name)) {
    throw usageError(
      `--engine: there is no engine ${quote(name)}.${suggestion(name, names)} The engines are ${names.join(', ')}.`,
    );
  }
  const variable = `ORKESTRA_${kind.toUpperCase()}`;
  const config = loadConfig(name === undefined ? process.env : { ...process.env, [variable]: name });
  return { ...config, engines: { ...config.engines, [`${kind}Fallback`]: undefined } };
}
