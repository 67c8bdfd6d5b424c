import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findTemporal } from './temporal-program.ts';

let path: string;
let cache: string;
const lines: string[] = [];
const report = (line: string) => void lines.push(line);

/** A program that says which version it is. */
function program(folder: string, version: string): string {
  const file = join(folder, 'temporal');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  return file;
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'path-'));
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
  vi.stubEnv('PATH', `${path}:/usr/bin:/bin`);
  vi.stubEnv('ORKESTRA_CACHE', cache);
  lines.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('the CLI on PATH comes first', async () => {
  const mine = program(path, 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
  program(join(cache, 'bin'), 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
  expect(await findTemporal(report)).toBe(mine);
  expect(lines).toEqual([]);
});

test.each([
  ['too old', 'temporal version 0.12.0 (Server 1.23.0, UI 2.26.2)'],
  ['another program', 'temporal 4.2, calendar arithmetic'],
])('what is called temporal on PATH and is %s gives way to the one in the cache', async (_, version) => {
  const other = program(path, version);
  const cached = program(join(cache, 'bin'), 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
  expect(await findTemporal(report)).toBe(cached);
  expect(lines).toEqual([`temporal: ${other} is no Temporal CLI with a server of 1.25 or newer, not used`]);
});
