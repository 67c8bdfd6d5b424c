import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { workerNames } from '../../config/worker-names.ts';
import { type Platform, report, startPlatform } from '../platform.ts';
import { table } from '../statistics.ts';
import { growthOf, ownMemoryMb, type ProcessState, readState } from './process-state.ts';
import { shortCall } from './short-call.ts';

/** Looks at the processes so many times after the warm-up, and how long they rest before each, ms. */
const LOOKS = 6;
const REST_MS = 4_000;
/** So many come before, as a share of the calls: pools fill, code is compiled, allocators take what they keep. */
const WARM_UP = 0.5;
/** They keep the calls: histories, rows, and streams for some minutes. */
const servers = ['temporal', 'redis', 'postgres'];
/** The most that memory may grow, as a share, over all looks. */
const MOST_GROWTH = 0.01;

/** Many short calls, several at once; afterwards each process holds what it held before. Says whether that is so. */
export async function soakCalls(calls: number, atOnce: number): Promise<boolean> {
  const platform = await startPlatform({ engines: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
  const redis = new Redis(platform.redisUrl);
  try {
    const states: Record<string, ProcessState[]> = {};
    const kept: Record<string, number[]> = {};
    let lost = 0;
    const run = async (many: number) => {
      lost += await inARow(platform, many, atOnce);
      await sleep(REST_MS);
    };
    const look = async () => {
      for (const name of workerNames) {
        (states[name] ??= []).push(await readState(platform.folder, name, platform.processes()[name]!));
      }
      for (const name of servers) (kept[name] ??= []).push(ownMemoryMb(platform.processes()[name]!));
      const own = workerNames.map((name) => `${name} ${states[name]!.at(-1)!.ownMb.toFixed(1)}`);
      report(`look ${states.gateway!.length} of ${LOOKS}, ${lost} calls lost; own MB: ${own.join(', ')}`);
    };
    await run(Math.ceil(calls * WARM_UP));
    await look();
    const startedAt = performance.now();
    for (let n = 1; n < LOOKS; n++) {
      await run(Math.round(calls / (LOOKS - 1)));
      await look();
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const of = (name: string) =>
      `${name} ${kept[name]![0]!.toFixed(0)} → ${kept[name]!.at(-1)!.toFixed(0)} MB`;
    report(
      `${seconds.toFixed(0)} s after the warm-up. The servers keep the calls: ${servers.map(of).join(', ')}`,
    );
    const lasting = await lastingKeys(redis);
    return print(states, calls, lost, lasting);
  } finally {
    redis.disconnect();
    await platform.stop();
  }
}

/** How many of them were lost. */
async function inARow(platform: Platform, calls: number, atOnce: number): Promise<number> {
  const url = platform.twilioUrl.replace(/\/twilio$/, '');
  let [begun, lost] = [0, 0];
  const next = async () => {
    while (begun++ < calls) {
      await shortCall(url, `soak-${crypto.randomUUID().slice(0, 12)}`).catch((error: Error) => {
        lost += 1;
        report(error.message);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return lost;
}

/** Keys that nothing ever deletes. */
async function lastingKeys(redis: Redis): Promise<string[]> {
  const keys = await redis.keys('*');
  const ttls = await Promise.all(keys.map((key) => redis.ttl(key)));
  return keys.filter((_, i) => ttls[i] === -1);
}

function print(
  states: Record<string, ProcessState[]>,
  calls: number,
  lost: number,
  lasting: string[],
): boolean {
  const rows: (string | number)[][] = [
    ['process', 'heap MB', 'growth', 'external MB', 'growth', 'own MB', 'growth', 'files', 'timers'],
  ];
  let grown = 0;
  for (const [name, looks] of Object.entries(states)) {
    const of = (key: keyof ProcessState) => looks.map((look) => look[key]);
    const ends = (key: keyof ProcessState, digits: number) =>
      `${of(key)[0]!.toFixed(digits)} → ${of(key).at(-1)!.toFixed(digits)}`;
    const growth = (key: keyof ProcessState) => growthOf(of(key));
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    if (growth('heapMb') > MOST_GROWTH || growth('ownMb') > MOST_GROWTH) grown += 1;
    rows.push([
      name,
      ends('heapMb', 2),
      percent(growth('heapMb')),
      ends('externalMb', 2),
      percent(growth('externalMb')),
      ends('ownMb', 1),
      percent(growth('ownMb')),
      ends('files', 0),
      ends('timers', 0),
    ]);
  }
  const verdict = `${calls} calls in a row after ${calls * WARM_UP} to warm up, ${lost} lost; ${grown} processes grew by more than ${100 * MOST_GROWTH} %; ${lasting.length} lasting keys in Redis: ${lasting.join(', ')}`;
  process.stdout.write(`${table(rows)}\n\n${verdict}\n`);
  return lost === 0 && grown === 0;
}
