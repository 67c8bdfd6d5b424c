import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import type { Measured } from './measured.ts';

/** How people talk, and how full anything may be. Assumed, not measured. */
export interface Assumed {
  /** Between two turns of a call: who speaks to a bank takes longer than the benchmark's callers. */
  turnSeconds: number;
  callSeconds: number;
  /** Of a core that runs an event loop or Redis: above it, waiting grows faster than the load. */
  fullAt: number;
  /** A write of Temporal's history to its database, during which its shard is locked, ms. */
  shardWriteMs: number;
  /** Of a shard's time: what is armed ahead waits for it, not the caller. */
  shardFullAt: number;
  /** Calls that one gateway takes, by ORKESTRA_GATEWAY_CALLERS. */
  gatewayCalls: number;
  /** Of a network card, each way. */
  redisMegabits: number;
}

export const assumed: Assumed = {
  turnSeconds: 10,
  callSeconds: 240,
  fullAt: 0.6,
  shardWriteMs: 5,
  shardFullAt: 0.3,
  gatewayCalls: 200,
  redisMegabits: 5_000,
};

/** What so many calls at once take. */
export interface Plan {
  calls: number;
  turnsASecond: number;
  /** Of each process, and of the servers: how many, what they use, and how many calls one carries. */
  parts: { name: string; callsEach: number; count: number; cores: number; gigabytes: number }[];
  temporal: { shards: number; eventsASecond: number; actionsASecond: number };
  redis: { commandsASecond: number; megabitsASecond: number };
  postgres: { statementsASecond: number };
}

export type Engines = 'scripted' | 'embedded';

/** What a call uses of a process: as measured where turns came faster, less where they come slower. */
const coresACall = (figures: Measured, name: string, engines: Engines, { turnSeconds }: Assumed) =>
  (figures.processes[engines][name]!.coresACall * figures.processes.turnSeconds[engines]) / turnSeconds;

export type Asked = keyof Measured['asked']['turn'];

/** What the servers are asked for by a turn, with its share of what its call asks for once. */
export const askedByTurn = (
  { asked }: Measured,
  what: Asked,
  { turnSeconds, callSeconds }: Assumed,
): number => asked.turn[what] + (asked.call[what] * turnSeconds) / callSeconds;

/** How many calls one process of a kind carries: its event loop is one core, embedded engines may use more. */
export function callsEach(
  figures: Measured,
  name: string,
  engines: Engines,
  given: Assumed = assumed,
): number {
  const byCore = Math.floor(given.fullAt / coresACall(figures, name, engines, given));
  return name === 'gateway' ? Math.min(byCore, given.gatewayCalls) : byCore;
}

/** Plans for so many calls at once. At least two of everything: one may be lost. */
export function plan(
  figures: Measured,
  calls: number,
  engines: Engines = 'scripted',
  given: Assumed = assumed,
): Plan {
  const turnsASecond = calls / given.turnSeconds;
  const part = (name: WorkerName | 'redis') => {
    const { restCores, restMb, mb } = figures.processes[engines][name]!;
    const each = callsEach(figures, name, engines, given);
    const count = Math.max(2, Math.ceil(calls / each));
    const mbACall = Math.max(0, mb - restMb) / 20;
    return {
      name,
      callsEach: each,
      count,
      cores: count * restCores + calls * coresACall(figures, name, engines, given),
      gigabytes: (count * restMb + calls * mbACall) / 1_000,
    };
  };
  const asked = (what: Asked) => turnsASecond * askedByTurn(figures, what, given);
  const eventsASecond = asked('temporalEvents');
  return {
    calls,
    turnsASecond,
    parts: [...workerNames.map(part), part('redis')],
    temporal: {
      shards: shardsFor(eventsASecond, given),
      eventsASecond,
      actionsASecond: asked('temporalActions'),
    },
    redis: {
      commandsASecond: asked('redisCommands'),
      megabitsASecond: (asked('redisKb') * 8) / 1_000,
    },
    postgres: { statementsASecond: asked('postgresStatements') },
  };
}

/** Shards of Temporal's history that keep each below its bound; a power of two, since it can't be changed later. */
export function shardsFor(eventsASecond: number, given: Assumed): number {
  const busy = (eventsASecond * given.shardWriteMs) / 1_000;
  return Math.max(4, 2 ** Math.ceil(Math.log2(busy / given.shardFullAt)));
}

/** What is full first as calls grow, where there is one of each: calls until then, the least first. */
export function saturation(
  figures: Measured,
  engines: Engines,
  given: Assumed = assumed,
): { what: string; calls: number }[] {
  const aSecond = (what: Asked) => askedByTurn(figures, what, given) / given.turnSeconds;
  const shards = (count: number) =>
    (count * given.shardFullAt * 1_000) / given.shardWriteMs / aSecond('temporalEvents');
  const limits = [
    ...workerNames.map((name) => ({
      what: `one ${name}`,
      calls: callsEach(figures, name, engines, given),
    })),
    { what: 'one Redis, its core', calls: callsEach(figures, 'redis', engines, given) },
    {
      what: `one Redis, ${given.redisMegabits / 1_000} Gbit/s at ${given.fullAt * 100} %`,
      calls: (given.fullAt * given.redisMegabits * 1_000) / 8 / aSecond('redisKb'),
    },
    { what: 'Temporal Cloud, 500 actions/s', calls: 500 / aSecond('temporalActions') },
    { what: 'Temporal, 4 shards', calls: shards(4) },
    { what: 'Temporal, 512 shards', calls: shards(512) },
    { what: 'Temporal, 16,384 shards', calls: shards(16_384) },
  ];
  return limits
    .map(({ what, calls }) => ({ what, calls: Math.floor(calls) }))
    .sort((a, b) => a.calls - b.calls);
}
