import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { configSchema } from '../config/schema.ts';
import { RedisServer } from '../test/redis-server.ts';
import type { Entry } from './feed.ts';
import { StreamHub } from './hub.ts';
import { streamKey } from './keys.ts';

const hubs: StreamHub[] = [];
const servers: RedisServer[] = [];

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
  for (const server of servers.splice(0)) await server.remove();
});

async function serve(options: { cluster?: boolean } = {}) {
  const server = await RedisServer.start(options);
  servers.push(server);
  return server;
}

function join(server: RedisServer, cluster = false) {
  const config = configSchema.parse({ redis: { url: server.url, cluster } });
  const hub = new StreamHub(config.redis, () => undefined);
  hubs.push(hub);
  return hub;
}

/** Collects what a follower is given, and can wait for a number of entries. */
function collector() {
  const got: string[] = [];
  let wake: () => void = () => undefined;
  return {
    got,
    listener: ({ payload }: Entry) => {
      got.push(payload.toString());
      wake();
    },
    async until(count: number) {
      while (got.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

test('a push without an id of Redis’, or a listener that fails, costs nobody else anything', async () => {
  const server = await serve();
  const faults: string[] = [];
  const lags: number[] = [];
  const { redis } = configSchema.parse({ redis: { url: server.url } });
  const hub = new StreamHub(
    redis,
    () => undefined,
    (_, ms) => lags.push(ms),
    (error) => faults.push(error.message),
  );
  hubs.push(hub);
  const { got, listener, until } = collector();
  await hub.follow('call-a', 'events', '0', () => {
    throw new Error('this one failed');
  });
  await hub.follow('call-a', 'events', '0', listener);
  const key = streamKey('call-a', 'events');
  for (const push of ['', 'nonsense', 'x y', '1-x z']) await hub.redis.spublish(key, push);
  await hub.append('call-a', 'events', ['right']);
  await until(1);
  expect(got).toEqual(['right']);
  expect(faults).toEqual(['this one failed']);
  expect(lags.every(Number.isFinite)).toBe(true);
});

test('what comes during a slow catch-up beyond what may be held is read from the stream', async () => {
  const server = await serve();
  const [writer, reader] = [join(server), join(server)];
  const others = collector();
  await reader.follow('call-b', 'in', '0', others.listener);
  const read = reader.redis.xrangeBuffer.bind(reader.redis) as (...range: unknown[]) => Promise<never>;
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  reader.redis.xrangeBuffer = (async (...range: unknown[]) => {
    const entries = await read(...range);
    await gate;
    return entries;
  }) as never;
  const { got, listener, until } = collector();
  const joined = reader.follow('call-a', 'in', '0', listener);
  await expect.poll(() => writer.redis.pubsub('SHARDNUMSUB', streamKey('call-a', 'in'))).toContain(1);
  for (let from = 0; from < 1_250; from += 50) {
    await writer.append('call-a', 'in', numbers(from, from + 50));
  }
  // On the same connection: all that was pushed before has come by then.
  await writer.append('call-b', 'in', ['after them']);
  await others.until(1);
  open();
  await joined;
  await until(1_250);
  expect(got).toEqual(numbers(0, 1_250));
});

describe.each([
  ['a single Redis', false],
  ['a Redis Cluster', true],
])('the hub on %s', (_, cluster) => {
  test('gives a follower what was there and what comes, in order and once', async () => {
    const server = await serve({ cluster });
    const [writer, reader] = [join(server, cluster), join(server, cluster)];
    await writer.append('call-a', 'events', numbers(0, 50));
    const { got, listener, until } = collector();
    const following = reader.follow('call-a', 'events', '0', listener);
    // Entries that come while the follower joins are neither lost nor given twice.
    for (let i = 50; i < 100; i += 1) void writer.append('call-a', 'events', [String(i)]);
    await following;
    await writer.append('call-a', 'events', numbers(100, 150));
    await until(150);
    expect(got).toEqual(numbers(0, 150));
  });

  test('gives a later follower what comes after its place, beside an earlier one', async () => {
    const server = await serve({ cluster });
    const hub = join(server, cluster);
    const [first, second] = [collector(), collector()];
    await hub.follow('call-b', 'events', '0', first.listener);
    const ids = await hub.append('call-b', 'events', numbers(0, 10));
    await first.until(10);
    await hub.follow('call-b', 'events', ids[4]!, second.listener);
    await hub.append('call-b', 'events', ['10']);
    await Promise.all([first.until(11), second.until(6)]);
    expect(first.got).toEqual(numbers(0, 11));
    expect(second.got).toEqual(numbers(5, 11));
  });

  test('keeps the calls of one process apart', async () => {
    const server = await serve({ cluster });
    const hub = join(server, cluster);
    const followers = numbers(0, 20).map(() => collector());
    await Promise.all(followers.map((f, i) => hub.follow(`call-${i}`, 'events', '0', f.listener)));
    await Promise.all(followers.map((__, i) => hub.append(`call-${i}`, 'events', [`of ${i}`])));
    await Promise.all(followers.map((f) => f.until(1)));
    expect(followers.map(({ got }) => got)).toEqual(followers.map((__, i) => [`of ${i}`]));
  });
});

describe('the hub', () => {
  test('stops giving entries to a follower that closed, and goes on for the others', async () => {
    const hub = join(await serve());
    const [left, stays] = [collector(), collector()];
    const subscription = await hub.follow('call-c', 'events', '0', left.listener);
    await hub.follow('call-c', 'events', '0', stays.listener);
    await hub.append('call-c', 'events', ['0']);
    await stays.until(1);
    subscription.close();
    await hub.append('call-c', 'events', ['1']);
    await stays.until(2);
    expect(left.got).toEqual(['0']);
  });

  test('catches up with what was written while its reader was cut off', async () => {
    const server = await serve();
    const [writer, reader] = [join(server), join(server)];
    const { got, listener, until } = collector();
    await reader.follow('call-d', 'events', '0', listener);
    await writer.append('call-d', 'events', ['0']);
    await until(1);
    // Redis cuts the subscriber; what is written before it is back is pushed to nobody.
    await server.admin(async (admin) => {
      await admin
        .multi()
        .call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        .xadd(streamKey('call-d', 'events'), '*', 'd', '1')
        .exec();
    });
    await writer.append('call-d', 'events', ['2']);
    await until(3);
    expect(got).toEqual(numbers(0, 3));
  });

  test('goes on after Redis was lost with all that it held', async () => {
    const server = await serve();
    const hub = join(server);
    const { got, listener, until } = collector();
    await hub.follow('call-e', 'events', '0', listener);
    await hub.append('call-e', 'events', ['0']);
    await until(1);
    await server.kill();
    const written = hub.append('call-e', 'events', ['1']);
    await server.start();
    await written;
    await until(2);
    expect(got).toEqual(['0', '1']);
  });

  test('closes while Redis is away and commands wait for it', async () => {
    const server = await serve();
    await server.kill();
    const hub = join(server);
    hub.redis.ping().catch(() => undefined);
    await new Promise((resolve) => hub.redis.once('reconnecting', resolve));
    await hub.close();
  });

  test('bounds each stream and lets it expire', async () => {
    const server = await serve();
    const hub = join(server);
    for (let i = 0; i < 30; i += 1) await hub.append('call-f', 'events', numbers(0, 100));
    const key = streamKey('call-f', 'events');
    expect(await hub.redis.xlen(key)).toBeLessThan(1_200);
    expect(await hub.redis.pttl(key)).toBeGreaterThan(0);
  });
});

test('what was appended and not confirmed, since the connection broke, is there once', async () => {
  const server = await serve();
  const line = await cutLine(server.port);
  const config = configSchema.parse({ redis: { url: `redis://127.0.0.1:${line.port}` } });
  const writer = new StreamHub(config.redis, () => undefined);
  hubs.push(writer);
  const { got, listener, until } = collector();
  await join(server).follow('call-cut', 'events', '0', listener);
  await writer.append('call-cut', 'events', ['first']);
  line.swallowAnswers();
  const unconfirmed = writer.append('call-cut', 'events', ['second', 'third']);
  await until(3);
  line.cut();
  expect(await unconfirmed).toHaveLength(1);
  await writer.append('call-cut', 'events', ['fourth']);
  await until(4);
  expect(got).toEqual(['first', 'second', 'third', 'fourth']);
  line.close();
});

/** A way to a server that can lose what the server answers, and break. */
async function cutLine(target: number) {
  const sockets = new Set<Socket>();
  let swallows = false;
  const relay = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    upstream.on('data', (answer) => swallows || client.write(answer));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const cut = () => {
    swallows = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (relay.address() as AddressInfo).port,
    swallowAnswers: () => (swallows = true),
    cut,
    close() {
      cut();
      relay.close();
    },
  };
}

test('what was appended right before the end is in the stream', async () => {
  const server = await serve();
  const hub = join(server);
  await hub.append('bye', 'events', ['0']);
  void hub.append('bye', 'events', ['1']);
  // The first of them is on its way to Redis, and the second waits for its answer.
  await new Promise(setImmediate);
  void hub.append('bye', 'events', ['2']);
  await hub.close();
  const { got, listener, until } = collector();
  await join(server).follow('bye', 'events', '0', listener);
  await until(3);
  expect(got).toEqual(['0', '1', '2']);
});
