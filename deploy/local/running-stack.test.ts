import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { publishStack, readRunningStack } from './running-stack.ts';

const info = {
  pid: process.pid,
  env: { REDIS_URL: 'redis://127.0.0.1:1' },
  temporalUi: 'http://127.0.0.1:2',
  gatewayUrl: 'ws://127.0.0.1:3',
  apiUrl: 'http://127.0.0.1:4',
  pids: { redis: 4 },
};
let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
  vi.stubEnv('ORKESTRA_CACHE', cache);
  return () => vi.unstubAllEnvs();
});

test('a stack is found while it runs, and not after its end', () => {
  expect(readRunningStack()).toBeUndefined();
  const takeBack = publishStack(info);
  expect(readRunningStack()).toEqual(info);
  takeBack();
  expect(readRunningStack()).toBeUndefined();
});

test('a stack that was killed is not found', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  publishStack({ ...info, pid });
  expect(readRunningStack()).toBeUndefined();
});

test('the end of one stack does not hide the one that came after it', () => {
  const takeBack = publishStack({ ...info, pid: process.ppid });
  publishStack(info);
  takeBack();
  expect(readRunningStack()).toEqual(info);
});

test('a file of another version is no stack', () => {
  writeFileSync(join(cache, 'stack.json'), '{"process": 7}');
  expect(readRunningStack()).toBeUndefined();
});
