import { afterEach, expect, test } from 'vitest';
import { configSchema } from '../config/schema.ts';
import { RedisServer } from '../test/redis-server.ts';
import { CallStream } from './call-stream.ts';
import type { CallEvent } from './events.ts';
import { StreamHub } from './hub.ts';

let server: RedisServer;
let hub: StreamHub;

afterEach(async () => {
  await hub.close();
  await server.remove();
});

test('an event is read once for all who follow a call here; one that can’t be read is told to each', async () => {
  server = await RedisServer.start();
  hub = new StreamHub(configSchema.parse({ redis: { url: server.url } }).redis, () => undefined);
  const got: CallEvent[][] = [[], []];
  const bad: Error[] = [];
  let isOver: () => void;
  const over = new Promise<void>((resolve) => (isOver = resolve));
  for (const events of got) {
    const stream = new CallStream(hub, 'call-read', (error) => bad.push(error));
    await stream.onEvents('0', (event) => {
      events.push(event);
      if (got.every((each) => each.at(-1)?.type === 'call.ended')) isOver();
    });
  }
  const writer = new CallStream(hub, 'call-read');
  await writer.emit({ type: 'caller.digit', at: 1, digit: '7' });
  await hub.append('call-read', 'events', ['no event']);
  await writer.emit({ type: 'call.ended', at: 2, reason: 'over' });
  await over;
  const [first, second] = got;
  expect(first!.map(({ type }) => type)).toEqual(['caller.digit', 'call.ended']);
  for (const [i, event] of first!.entries()) expect(second![i]).toBe(event);
  expect(bad).toHaveLength(2);
});
