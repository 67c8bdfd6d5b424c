import { Redis } from 'ioredis';
import { configSchema } from '../config/schema.ts';
import { startStack } from '../deploy/local/stack.ts';
import { StreamHub } from '../stream/hub.ts';
import { streamKey } from '../stream/keys.ts';
import { percentile, table } from './statistics.ts';

/**
 * What reading the live streams of many calls costs: one blocking XREAD that names them all, against the hub's
 * pushes. One writer, 1,000 entries of 200 bytes a second over all calls.
 */
const SECONDS = 4;
const ENTRIES_A_SECOND = 1_000;

export async function run() {
  const stack = await startStack({ report: (line) => process.stderr.write(`${line}\n`), fresh: true });
  const url = stack.env.REDIS_URL;
  const rows: (string | number)[][] = [['calls', 'reader', 'entries', 'p50 ms', 'p95 ms', 'Redis cores']];
  for (const calls of [1, 20, 100, 300]) {
    rows.push([calls, 'XREAD', ...(await measure(url, calls, readByXread))]);
    rows.push([calls, 'push', ...(await measure(url, calls, readByPush))]);
  }
  process.stdout.write(`${table(rows)}\n`);
  await stack.stop();
}

type Reader = (url: string, sessions: string[], onEntry: (payload: Buffer) => void) => Promise<() => void>;

async function measure(url: string, calls: number, read: Reader): Promise<(string | number)[]> {
  const admin = new Redis(url);
  await admin.flushall();
  const sessions = Array.from({ length: calls }, (_, i) => `bench-${i}`);
  const writer = hubAt(url);
  const delays: number[] = [];
  const stop = await read(url, sessions, (payload) => delays.push(performance.now() - Number(payload)));
  const before = await cpuSeconds(admin);
  const started = performance.now();
  for (let sent = 0; performance.now() - started < SECONDS * 1_000;) {
    const due = ((performance.now() - started) / 1_000) * ENTRIES_A_SECOND;
    for (; sent < due; sent += 1) {
      const entry = performance.now().toFixed(6).padEnd(200);
      void writer.append(sessions[sent % calls]!, 'events', [entry]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const cores = ((await cpuSeconds(admin)) - before) / SECONDS;
  stop();
  await writer.close();
  admin.disconnect();
  const [p50, p95] = [percentile(delays, 0.5), percentile(delays, 0.95)];
  return [delays.length, p50.toFixed(2), p95.toFixed(2), cores.toFixed(3)];
}

const readByPush: Reader = async (url, sessions, onEntry) => {
  const hub = hubAt(url);
  for (const session of sessions) await hub.follow(session, 'events', '0', ({ payload }) => onEntry(payload));
  return () => void hub.close();
};

const readByXread: Reader = async (url, sessions, onEntry) => {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const places = new Map(sessions.map((session) => [streamKey(session, 'events'), '0']));
  const loop = async () => {
    for (;;) {
      const streams = [...places.keys(), ...places.values()];
      const found = await redis.xreadBuffer('COUNT', 200, 'BLOCK', 1_000, 'STREAMS', ...streams);
      for (const [key, entries] of found ?? []) {
        for (const [id, fields] of entries) {
          places.set(key.toString(), id.toString());
          onEntry(fields[1]!);
        }
      }
    }
  };
  // Ends when the connection is cut.
  loop().catch(() => undefined);
  return () => redis.disconnect();
};

const hubAt = (url: string) => new StreamHub(configSchema.parse({ redis: { url } }).redis, () => undefined);

async function cpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)![1]);
  return of('used_cpu_user') + of('used_cpu_sys');
}
