import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { sessionKeyOfMachine } from './session-key.ts';

let folder: string;
let said: string[];
const key = () => sessionKeyOfMachine((line) => said.push(line));
beforeEach(() => {
  [folder, said] = [mkdtempSync(join(tmpdir(), 'orkestra-key-')), []];
  vi.stubEnv('ORKESTRA_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('the first start makes a key that its owner alone can read, and says so; later ones use it', () => {
  const env = key();
  const file = env.ORKESTRA_SESSION_KEYS_FILE!;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadConfig(env, folder).gateway.sessionKeys).toMatchObject([{ name: 'local' }]);
  expect(said.join('\n')).toContain(file);
  expect(said.join('\n')).not.toContain(readFileSync(file, 'utf8').trim().slice(6));
  expect(key()).toEqual(env);
  expect(said).toHaveLength(1);
});

test('a key that is configured is used instead', () => {
  vi.stubEnv('ORKESTRA_SESSION_KEYS', `own:${Buffer.alloc(32, 1).toString('base64')}`);
  expect(key()).toEqual({});
  expect(said).toEqual([]);
});
