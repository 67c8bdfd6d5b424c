import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { configSchema } from '../config/schema.ts';
import { RedisServer } from '../test/redis-server.ts';
import { StreamHub } from './hub.ts';

test.each([
  ['a single Redis', false],
  ['a Redis Cluster', true],
])('%s shows a process while it is connected, also after its connection broke', async (_, cluster) => {
  const server = await RedisServer.start({ cluster });
  const config = configSchema.parse({ redis: { url: server.url, cluster } });
  const [one, other] = [config, config].map(({ redis }) => new StreamHub(redis, () => undefined)) as [
    StreamHub,
    StreamHub,
  ];
  const id = randomUUID();
  const isSeen = (seen: boolean) =>
    vi.waitFor(
      async () => expect(await other.lifelines.of([randomUUID(), id])).toEqual(new Set(seen ? [id] : [])),
      { timeout: 5_000 },
    );
  try {
    await isSeen(false);
    one.lifelines.show(id);
    await isSeen(true);
    await server.admin((redis) => redis.client('KILL', 'TYPE', 'PUBSUB'));
    await isSeen(true);
    await one.close();
    await isSeen(false);
  } finally {
    await Promise.all([one.close(), other.close()]);
    await server.remove();
  }
});
