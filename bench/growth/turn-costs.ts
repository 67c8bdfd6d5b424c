import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Redis } from 'ioredis';
import { callRequestSchema } from '../../call/request.ts';
import { loadConfig } from '../../config/load.ts';
import type { StreamHub } from '../../stream/hub.ts';
import { callStart } from '../../workflows/start-options.ts';
import { readUse } from '../meter/process-cost.ts';
import type { Platform } from '../platform.ts';
import { median } from '../statistics.ts';
import { redisCounts } from '../turn-cost/redis-counts.ts';
import { TypingCaller } from './typing-caller.ts';

/** A turn, on average of those that were looked at. */
export interface TurnCosts {
  /** From the words to the end of the reply, which is heard in no time; the median, ms. */
  ms: number;
  /** Of all processes, ms. */
  cpuMs: number;
  postgresCpuMs: number;
  redisCommands: number;
  redisKb: number;
}

export interface Servers {
  platform: Platform;
  client: Client;
  hub: StreamHub;
  redis: Redis;
}

const topics = ['opening hours', 'fees', 'savings', 'mortgages', 'cards', 'transfers', 'branches'];
const verbs = ['explain', 'describe', 'compare', 'list', 'show', 'summarise'];
const places = ['Oslo', 'Bergen', 'Leeds', 'Lyon', 'Porto', 'Ghent', 'Turin', 'Cork', 'Graz'];
/** Questions that may be looked for among stored answers, one unlike the next. */
const questionOf = (turn: number) =>
  `Please ${verbs[turn % verbs.length]} the ${topics[turn % topics.length]} in ${places[turn % places.length]}`;

/** One call; its costs over each window of turns, in order. `from` and `to` count, from 1. */
export async function costsOfCall(
  { platform, client, hub, redis }: Servers,
  windows: { from: number; to: number }[],
): Promise<TurnCosts[]> {
  const settings = { endpointingMs: 0, endpointingMaxMs: 0 };
  const who = { session: `growth-${randomUUID().slice(0, 8)}`, customer: 'cust-17', origin: 'cli' };
  const request = callRequestSchema.parse({ ...who, settings });
  const prefix = loadConfig(platform.env).temporal.taskQueuePrefix;
  const handle = await client.workflow.start('call', callStart(request, prefix));
  const caller = new TypingCaller(hub, request.session);
  await caller.connect();
  const look = async () => ({ use: readUse(platform.processes()), redis: await redisCounts(redis) });
  const costs: TurnCosts[] = [];
  for (let turn = 1; turn <= windows.at(-1)!.to; turn += 1) {
    const window = windows.find(({ from }) => from === turn);
    if (!window) {
      await caller.ask(turn, questionOf(turn));
      continue;
    }
    const before = await look();
    const times: number[] = [];
    for (; turn <= window.to; turn += 1) {
      const began = performance.now();
      await caller.ask(turn, questionOf(turn));
      times.push(performance.now() - began);
    }
    turn -= 1;
    const after = await look();
    const cpu = (names: string[]) =>
      (names.reduce((sum, name) => sum + after.use[name]!.cpuSeconds - before.use[name]!.cpuSeconds, 0) *
        1_000) /
      times.length;
    costs.push({
      ms: median(times),
      cpuMs: cpu(Object.keys(after.use)),
      postgresCpuMs: cpu(['postgres']),
      redisCommands: (after.redis.commands - before.redis.commands) / times.length,
      redisKb: (after.redis.bytes - before.redis.bytes) / 1_000 / times.length,
    });
  }
  await caller.hangUp();
  await handle.result();
  return costs;
}
