import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { connectRedis, type RedisClient } from '../stream/connection.ts';
import { watchRoles } from './missing-roles.ts';
import { announce } from './presence.ts';

let redis: RedisClient;
let prefix: string;
const open: (() => unknown)[] = [];

beforeEach(async () => {
  // Patience goes by this clock; leases go by that of Redis, and are renewed as time passes here.
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  prefix = `roles-${crypto.randomUUID().slice(0, 8)}`;
  redis = connectRedis(loadConfig().redis);
  await redis.ping();
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  redis.disconnect();
  vi.useRealTimers();
});

function worker(role: string, id = role) {
  const one = announce(redis, prefix, {
    role,
    id: `${id}-${prefix}`,
    pid: 1,
    host: 'here',
    healthUrl: 'http://127.0.0.1:1',
    startedAt: Date.now(),
  });
  open.push(() => one.withdraw());
  return one;
}

function watch() {
  const watched = watchRoles(redis, prefix);
  open.push(() => watched.stop());
  return watched;
}

/** Time passes, in steps short enough for leases to be renewed; what was asked of Redis meanwhile is answered. */
async function pass(seconds: number) {
  for (let ms = 0; ms < seconds * 1_000; ms += 250) {
    vi.advanceTimersByTime(250);
    await redis.ping();
    await redis.ping();
  }
}

test('a role that nobody has had for 8 s is missing, and no longer once somebody has it', async () => {
  for (const role of ['orchestrator', 'stt', 'llm']) worker(role);
  const { missing } = watch();
  await pass(7);
  expect(missing()).toEqual([]);
  await pass(3);
  expect(missing()).toEqual(['tts']);
  worker('tts');
  await pass(2);
  expect(missing()).toEqual([]);
});

test('a role is there as long as one of its workers is', async () => {
  for (const role of ['orchestrator', 'stt', 'llm', 'tts']) worker(role);
  const second = worker('stt', 'second');
  const { missing } = watch();
  await second.withdraw();
  await pass(12);
  expect(missing()).toEqual([]);
});

test('roles that calls can do without are not missed', async () => {
  for (const role of ['orchestrator', 'stt', 'llm', 'tts']) worker(role);
  const { missing } = watch();
  await pass(12);
  // Neither cache nor analytics is there.
  expect(missing()).toEqual([]);
});

test('while Redis is away nobody is missed: it says nothing of the workers', async () => {
  const { missing } = watch();
  redis.disconnect();
  await vi.waitUntil(() => redis.status === 'end');
  vi.advanceTimersByTime(60_000);
  expect(missing()).toEqual([]);
});
