import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../config/schema.ts';
import type { Report } from './setup-error.ts';

/**
 * The variables with the key of callers' tokens: none where the environment has one or needs none, else the file with
 * the key of this machine, which the first start makes.
 */
export function sessionKeyOfMachine(report: Report): Record<string, string> {
  const { ORKESTRA_SESSION_KEYS, ORKESTRA_SESSION_KEYS_FILE } = process.env;
  if (ORKESTRA_SESSION_KEYS || ORKESTRA_SESSION_KEYS_FILE) return {};
  const file = join(cacheFolder(), 'session-key');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `local:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    report(`gateway: made the key that callers’ tokens are signed with; it is kept in ${file}`);
  }
  return { ORKESTRA_SESSION_KEYS_FILE: file };
}
