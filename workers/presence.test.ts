import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { announce, listWorkers, lookAtWorkers } from './presence.ts';

describe('the leases of workers', () => {
  const redis = new Redis(loadConfig().redis.url);
  const info = {
    role: 'stt',
    id: 'stt-1',
    pid: 1,
    host: 'test',
    healthUrl: 'http://127.0.0.1:9',
    startedAt: 0,
  };
  afterEach(() => vi.restoreAllMocks());

  test.each([60_000, -60_000])('hold when the clock of a worker jumps by %i ms', async (jumpMs) => {
    const prefix = randomUUID();
    await redis.ping();
    const { withdraw } = announce(redis, prefix, info);
    await redis.ping();
    const realNow = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + jumpMs);
    expect(await listWorkers(redis, prefix)).toEqual([info]);
    expect(await lookAtWorkers(redis, prefix)).toEqual({ alive: [info], lost: [] });
    await withdraw();
    expect(await listWorkers(redis, prefix)).toEqual([]);
  });
});
