import { z } from 'zod';
import { redisNow, type RedisClient } from '../stream/connection.ts';

/** A worker process that is there, as it announces itself. */
const workerInfoSchema = z.object({
  role: z.string(),
  /** Also its identity in Temporal. */
  id: z.string(),
  pid: z.number(),
  host: z.string(),
  /** Base URL of its health server. */
  healthUrl: z.string(),
  /** Base URL of its metrics, where that is another one. */
  metricsUrl: z.string().optional(),
  /** ms since the Unix epoch. */
  startedAt: z.number(),
});
export type WorkerInfo = z.infer<typeof workerInfoSchema>;

/**
 * Members are WorkerInfo as JSON, scores the time until which each is believed alive, by the clock of Redis: when
 * clocks of workers jump, nobody is taken for dead. One a deployment, named like its task queues.
 */
const keyOf = (prefix: string) => `orkestra:workers:${prefix}`;
/** For a worker that hangs, or whose machine is gone; one that dies loses its connection before. */
const LEASE_MS = 1_200;
const RENEW_MS = 300;
/** How long a lease that ran out is remembered, for those who look for workers that died. */
const MEMORY_MS = 60_000;

/** Keeps this worker's lease until `withdraw`. Redis may be away: the next renewal announces it again. */
export function announce(
  redis: RedisClient,
  prefix: string,
  info: WorkerInfo,
): { withdraw(): Promise<void> } {
  const [key, member] = [keyOf(prefix), JSON.stringify(info)];
  redis.defineCommand('orkestraRenew', { numberOfKeys: 1, lua: RENEW });
  const renew = () => {
    if (redis.status !== 'ready') return;
    (redis as unknown as RenewCommand).orkestraRenew(key, LEASE_MS, member).catch(() => undefined);
  };
  renew();
  redis.on('ready', renew);
  const timer = setInterval(renew, RENEW_MS);
  timer.unref();
  return {
    async withdraw() {
      clearInterval(timer);
      redis.off('ready', renew);
      if (redis.status === 'ready') await redis.zrem(key, member);
    },
  };
}

/** All workers: those whose lease holds, and those whose lease ran out in the last minute without their having said goodbye. */
export async function lookAtWorkers(
  redis: RedisClient,
  prefix: string,
): Promise<{ alive: WorkerInfo[]; lost: WorkerInfo[] }> {
  const [now, all] = await Promise.all([
    redisNow(redis),
    redis.zrange(keyOf(prefix), '0', '-1', 'WITHSCORES'),
  ]);
  const [alive, lost]: [string[], string[]] = [[], []];
  for (let i = 0; i < all.length; i += 2) {
    const until = Number(all[i + 1]);
    if (until >= now) alive.push(all[i]!);
    else if (until >= now - MEMORY_MS) lost.push(all[i]!);
  }
  return { alive: parse(alive), lost: parse(lost) };
}

/** The workers whose lease holds. Forgets those whose lease ran out long ago. */
export async function listWorkers(redis: RedisClient, prefix: string): Promise<WorkerInfo[]> {
  const now = await redisNow(redis);
  await redis.zremrangebyscore(keyOf(prefix), '-inf', now - MEMORY_MS);
  return parse(await redis.zrangebyscore(keyOf(prefix), now, '+inf'));
}

const parse = (members: string[]) => members.map((member) => workerInfoSchema.parse(JSON.parse(member)));

/** KEYS: workers; ARGV: ms that the lease holds from now on, the worker. In one step, since it is done all the time. */
const RENEW = `
local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1], ARGV[2])`;

interface RenewCommand {
  orkestraRenew(key: string, leaseMs: number, member: string): Promise<number>;
}
