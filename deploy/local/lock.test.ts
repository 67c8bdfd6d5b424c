import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';

const lockFile = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'lock');

test('work under the same lock never overlaps, and all of it is done', async () => {
  const file = lockFile();
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
    return 'done';
  };
  const results = await Promise.all(Array.from({ length: 5 }, () => withLock(file, work, () => undefined)));
  expect(results).toEqual(Array(5).fill('done'));
  expect(most).toBe(1);
  expect(readdirSync(join(file, '..'))).toEqual([]);
});

test('the lock is free again after work that failed', async () => {
  const file = lockFile();
  await expect(
    withLock(
      file,
      () => Promise.reject(new Error('broken')),
      () => undefined,
    ),
  ).rejects.toThrow('broken');
  expect(
    await withLock(
      file,
      () => Promise.resolve('next'),
      () => undefined,
    ),
  ).toBe('next');
});

test('a lock whose holder is dead is taken over', async () => {
  const file = lockFile();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(file, JSON.stringify({ pid, host: hostname(), token: 'of the dead' }));
  const waiting: number[] = [];
  expect(
    await withLock(
      file,
      () => Promise.resolve('mine'),
      (holder) => waiting.push(holder),
    ),
  ).toBe('mine');
  expect(waiting).toEqual([]);
});
