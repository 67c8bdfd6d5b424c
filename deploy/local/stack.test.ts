import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freePort } from './ports.ts';
import { compiledProgram } from './program.ts';
import { startStack } from './stack.ts';

const report = () => undefined;

beforeEach(() => {
  // Those of the stack that all tests share.
  for (const name of ['TEMPORAL_ADDRESS', 'REDIS_URL', 'DATABASE_URL']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a stack answers in all its parts, has what a call needs, and leaves no process behind', async () => {
  const stack = await startStack({ report, fresh: true });
  const redis = new Redis(stack.env.REDIS_URL);
  const postgres = new pg.Client(stack.env.DATABASE_URL);
  const temporal = await Connection.connect({ address: stack.env.TEMPORAL_ADDRESS });
  try {
    await postgres.connect();
    await postgres.query('CREATE EXTENSION vector');
    const { rows } = await postgres.query("SELECT '[3,4]'::vector <-> '[0,0]' AS distance");
    expect(rows).toEqual([{ distance: 5 }]);

    expect(await redis.call('SPUBLISH', 'channel', 'message')).toBe(0);

    const { customAttributes } = await temporal.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    expect(Object.keys(customAttributes!)).toEqual(
      expect.arrayContaining(['OrkestraDomain', 'OrkestraPhase', 'OrkestraAdapter', 'OrkestraTurns']),
    );
  } finally {
    redis.disconnect();
    await postgres.end();
    await temporal.close();
    await stack.stop();
  }
  expect(Object.keys(stack.pids).sort()).toEqual(['postgres', 'redis', 'temporal']);
  expect(Object.values(stack.pids).filter(isAlive)).toEqual([]);
});

test.each([
  ['REDIS_URL', 'redis://127.0.0.1:PORT', 'Redis does not answer at REDIS_URL (127.0.0.1:PORT)'],
  [
    'DATABASE_URL',
    'postgres://127.0.0.1:PORT/db',
    'Postgres does not answer at DATABASE_URL (127.0.0.1:PORT)',
  ],
  ['TEMPORAL_ADDRESS', '127.0.0.1:PORT', 'Temporal does not answer at 127.0.0.1:PORT (namespace default)'],
])('%s that leads nowhere is said in one sentence', async (variable, value, message) => {
  const port = String(await freePort());
  vi.stubEnv(variable, value.replace('PORT', port));
  await expect(startStack({ report, fresh: true })).rejects.toThrow(message.replace('PORT', port));
});

test('a stack whose process is killed ends all the same, and takes its files along', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  const program = `
    import { startStack } from ${JSON.stringify(compiledProgram('stack'))};
    const { pids } = await startStack({ report() {}, fresh: true });
    console.log(JSON.stringify(Object.values(pids)));
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const pids = JSON.parse(line) as number[];
  expect(pids.filter(isAlive)).toHaveLength(3);
  expect(readdirSync(folder)).toHaveLength(1);

  parent.kill('SIGKILL');
  // Bounded by the time that the test has.
  while (pids.some(isAlive) || readdirSync(folder).length > 0) await sleep(50);
});
