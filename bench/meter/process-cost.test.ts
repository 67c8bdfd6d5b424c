import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { readUse } from './process-cost.ts';

let child: ChildProcess | undefined;
afterEach(() => child?.kill());

/** Keeps a processor busy for 300 ms of its own time, then says so and stays for as long as its parent does. */
const BUSY = `while (process.cpuUsage().user < 300_000);
process.stdout.write('done'); process.stdin.on('end', process.exit).resume();`;

test('the time of a process’ children is its own', async () => {
  const nested = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(BUSY)}], { stdio: ['pipe', 'inherit', 'inherit'] })`;
  child = spawn(process.execPath, ['-e', nested], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  const { cpuSeconds, memoryMb } = readUse({ parent: child.pid! }).parent!;
  expect(cpuSeconds).toBeGreaterThan(0.29);
  expect(memoryMb).toBeGreaterThan(5);
});

test('a process that is gone is not taken for one that costs nothing', () => {
  expect(() => readUse({ gone: 2 ** 22 + 1 })).toThrow('ENOENT');
});
