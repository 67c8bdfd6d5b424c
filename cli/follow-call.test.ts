import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { RedisServer } from '../test/redis-server.ts';
import { CallStream, now } from '../stream/call-stream.ts';
import { StreamHub } from '../stream/hub.ts';
import type { TemporalAccess } from './connect-temporal.ts';
import { followCall } from './follow-call.ts';
import type { Places } from './places.ts';

let server: RedisServer;
beforeEach(async () => {
  server = await RedisServer.start();
});
afterEach(() => server.remove());

test('a call is followed through a Redis that goes away and comes back', { timeout: 30_000 }, async () => {
  const config = loadConfig({ ...process.env, REDIS_URL: server.url });
  const hub = new StreamHub(config.redis, () => undefined);
  const stream = new CallStream(hub, 'followed');
  const typed = (text: string) => stream.emit({ type: 'caller.typed', at: now(), text });
  const seen: string[] = [];
  const notes: string[] = [];
  await typed('before');
  const following = followCall({ config } as Places, {} as TemporalAccess, {
    session: 'followed',
    live: true,
    signal: new AbortController().signal,
    show: (event) => seen.push(event.type === 'caller.typed' ? event.text : event.type),
    note: (problem) => notes.push(problem),
  });
  await expect.poll(() => seen).toEqual(['before']);
  await server.kill();
  await expect.poll(() => notes).toEqual([expect.stringMatching(/^Redis is away \(.*\): waiting for it\.$/)]);
  await server.start();
  await typed('after');
  await expect.poll(() => seen).toEqual(['before', 'after']);
  await stream.emit({ type: 'call.ended', at: now(), reason: 'the caller hung up' });
  await following;
  expect(seen.at(-1)).toBe('call.ended');
  expect(notes.filter((note) => note.startsWith('Redis'))).toEqual([notes[0], 'Redis is back.']);
  await hub.close();
});
