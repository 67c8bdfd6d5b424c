import { percentile } from '../statistics.ts';
import type { Measured } from './measured.ts';
import { exponential, type Job, randomFrom, waits } from './queue.ts';

/** One event loop, or one Redis: calls come to it with small pieces of work. */
export interface Server {
  name: string;
  /** Pieces of work that a turn consists of; they come at any moment of it. */
  piecesATurn: number;
  /** What a turn takes of it in all, s. */
  secondsATurn: number;
}

export interface Waited {
  utilisation: number;
  /** What a piece of work waits, ms. */
  p50: number;
  p95: number;
  p99: number;
}

const SEED = 20_260_101;

/** So many calls on one server, for `seconds`: a piece takes an exponentially distributed time, turns come likewise. */
export function simulateServer(server: Server, calls: number, turnSeconds: number, seconds: number): Waited {
  const random = randomFrom(SEED);
  const every = turnSeconds / server.piecesATurn / calls;
  const takes = server.secondsATurn / server.piecesATurn;
  const jobs: Job[] = [];
  for (let at = exponential(random, every); at < seconds; at += exponential(random, every)) {
    jobs.push({ at, takes: exponential(random, takes) });
  }
  return summary(jobs, seconds);
}

export interface Shards {
  shards: number;
  /** Writes of a turn; they come in bursts, since a workflow task schedules several stages at once. */
  writesATurn: number;
  burst: number;
  writeSeconds: number;
}

/**
 * So many calls on Temporal's history shards, each call on the one that its id is hashed to: some shards get more calls
 * than others. What is told is the fullest shard's waiting, which is what the unluckiest calls have.
 */
export function simulateShards(given: Shards, calls: number, turnSeconds: number, seconds: number): Waited {
  const random = randomFrom(SEED);
  const callsOf = new Map<number, number>();
  for (let call = 0; call < calls; call += 1) {
    const shard = Math.floor(random() * given.shards);
    callsOf.set(shard, (callsOf.get(shard) ?? 0) + 1);
  }
  const fullest = Math.max(...callsOf.values());
  const jobs: Job[] = [];
  const bursts = given.writesATurn / given.burst;
  const every = turnSeconds / bursts / fullest;
  for (let at = exponential(random, every); at < seconds; at += exponential(random, every)) {
    for (let i = 0; i < given.burst; i += 1) {
      jobs.push({ at, takes: exponential(random, given.writeSeconds) });
    }
  }
  return summary(jobs, seconds);
}

function summary(jobs: Job[], seconds: number): Waited {
  const waited = waits(jobs).map((wait) => wait * 1_000);
  const busy = jobs.reduce((sum, { takes }) => sum + takes, 0);
  return {
    utilisation: busy / seconds,
    p50: percentile(waited, 0.5),
    p95: percentile(waited, 0.95),
    p99: percentile(waited, 0.99),
  };
}

/** Entries of a stream and frames of a socket that each process handles in a turn of 10 s, or tasks of a workflow. */
const piecesATurn = ({ asked: { turn } }: Measured): Record<string, number> => ({
  gateway: 500,
  orchestrator: turn.temporalTasks,
  stt: 60,
  llm: 12,
  tts: 60,
  cache: 12,
  analytics: 4,
  redis: turn.redisCommands,
});

/** The servers that the plan counts, scripted engines. */
export const servers = (figures: Measured): Server[] =>
  Object.entries(piecesATurn(figures)).map(([name, pieces]) => {
    const { coresACall } = figures.processes.scripted[name]!;
    const secondsATurn = coresACall * figures.processes.turnSeconds.scripted;
    return { name, piecesATurn: pieces, secondsATurn };
  });
