import { afterAll, beforeAll, expect, test } from 'vitest';
import { tellRoom } from '../gateway/room.ts';
import { openApi } from '../test/api-server.ts';
import { connectRedis, type RedisClient } from '../stream/connection.ts';

/** Of this file alone: gateways of other tests tell of theirs. */
const PREFIX = `busy-${crypto.randomUUID().slice(0, 8)}`;

let api: Awaited<ReturnType<typeof openApi>>;
let redis: RedisClient;
let key: string;
beforeAll(async () => {
  api = await openApi({ ORKESTRA_TASK_QUEUE_PREFIX: PREFIX });
  redis = connectRedis(api.config.redis);
  key = await api.newKey('calls:start', 'calls:read');
  await redis.ping();
});
afterAll(async () => {
  redis?.disconnect();
  await api?.close();
});

async function startCall() {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(`${api.url}/v1/calls`, { method: 'POST', headers, body: '{}' });
  const { status } = response;
  const { detail } = (await response.json()) as { detail: string };
  return { status, detail, retryAfter: response.headers.get('retry-after') };
}

/** A gateway that has told of itself by now. */
async function gateway(id: string, busy?: string) {
  const one = tellRoom(redis, PREFIX, id, () => busy);
  await redis.ping();
  return one;
}

test('a call is refused while no gateway takes new ones, and asked for again in a moment', async () => {
  const full = await gateway('one', 'full');
  const slow = await gateway('two', 'redis');
  const busy = { status: 503, detail: expect.stringMatching(/^All lines are busy: try again in \d+ s\.$/) };
  expect(await startCall()).toMatchObject({ ...busy, retryAfter: expect.stringMatching(/^\d+$/) });

  const open = await gateway('three');
  // Temporal is away here: it got as far as that.
  const onwards = { status: 503, detail: expect.not.stringContaining('lines are busy') };
  expect(await startCall()).toMatchObject(onwards);
  await open.withdraw();
  expect(await startCall()).toMatchObject(busy);
  await full.withdraw();
  await slow.withdraw();
  // Nobody knows of a gateway: one may be starting.
  expect(await startCall()).toMatchObject(onwards);
});
