import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'orkestra-config-'));
const secret = join(folder, 'database-url');
writeFileSync(secret, 'postgres://orkestra:secret@db/orkestra\n');

test('a secret is read from the file that its variable names', () => {
  expect(loadConfig({ DATABASE_URL_FILE: secret }, folder).postgres.url).toBe(
    'postgres://orkestra:secret@db/orkestra',
  );
});

test('the variable itself comes first', () => {
  const env = { DATABASE_URL: 'postgres://here/orkestra', DATABASE_URL_FILE: secret };
  expect(loadConfig(env, folder).postgres.url).toBe('postgres://here/orkestra');
});

test('a secret that is missing is named, and stops the process', () => {
  expect(() => loadConfig({ DATABASE_URL_FILE: join(folder, 'none') }, folder)).toThrow(
    /^DATABASE_URL_FILE: .*none can’t be read: ENOENT$/,
  );
});

test('a secret that makes no sense is not shown', () => {
  const wrong = join(folder, 'wrong');
  writeFileSync(wrong, 'hunter2');
  expect(() => loadConfig({ DATABASE_URL_FILE: wrong }, folder)).toThrow(/^DATABASE_URL: (?!.*hunter2)/);
});
