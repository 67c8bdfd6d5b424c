import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { clipped } from './schema-words.ts';
import { type Config, configSchema } from './schema.ts';

/** A configuration that can't be used; the message says which value is wrong and where it came from. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads and checks the configuration. Throws ConfigError. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): Config {
  const file = env.ORKESTRA_CONFIG ?? join(cwd, 'orkestra.toml');
  const values = existsSync(file) ? readToml(file) : {};
  if (env.ORKESTRA_CONFIG && !existsSync(file)) {
    throw new ConfigError(`ORKESTRA_CONFIG names ${file}, which does not exist.`);
  }
  const variables = applyEnvironment(values, env);
  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => explain(issue, variables, file)).join('\n'));
}

function readToml(file: string): Record<string, Record<string, unknown>> {
  try {
    return parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
  } catch (error) {
    throw new ConfigError(`${file} is not valid TOML: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Lays the environment over the file's values; returns which variable set which path. */
function applyEnvironment(
  values: Record<string, Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { path, variable } of environmentVariables()) {
    const value = env[variable] || readSecret(`${variable}_FILE`, env);
    if (value === undefined || value === '') continue;
    const [section, key] = path;
    values[section] = { ...values[section], [key]: value };
    variables.set(path.join('.'), variable);
  }
  return variables;
}

/** What Docker and Kubernetes mount as a secret: `DATABASE_URL_FILE` names a file that holds DATABASE_URL. */
function readSecret(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[variable];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(
      `${variable}: ${clipped(file, 300)} can’t be read: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}

/** Every configuration value with the variable that sets it, from the schema itself. */
export function environmentVariables(): { path: [string, string]; variable: string }[] {
  const sections = (configSchema.unwrap() as z.ZodObject).shape;
  return Object.entries(sections).flatMap(([section, type]) => {
    const fields = ((type as z.ZodPrefault<z.ZodObject>).unwrap() as z.ZodObject).shape;
    return Object.entries(fields).map(([key, field]) => ({
      path: [section, key] as [string, string],
      variable: (field as z.ZodType).meta()?.env as string,
    }));
  });
}

function explain(issue: z.core.$ZodIssue, variables: Map<string, string>, file: string): string {
  const path = issue.path.join('.');
  const source = variables.get(path) ?? `${clipped(path) || 'the top level'} in ${file}`;
  return `${source}: ${issue.message}`;
}
