import { z } from 'zod';
import type { RedisClient } from '../stream/connection.ts';

/** A worker process that is there, as it announces itself. */
const workerInfoSchema = z.object({
  role: z.string(),
  id: z.string(),
  pid: z.number(),
  host: z.string(),
  /** Base URL of its health server. */
  healthUrl: z.string(),
  /** ms since the Unix epoch. */
  startedAt: z.number(),
});
export type WorkerInfo = z.infer<typeof workerInfoSchema>;

/** Members are WorkerInfo as JSON, scores the time until which each is believed alive. */
const KEY = 'orkestra:workers';
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;

/** Keeps this worker's lease until `withdraw`. Redis may be away: the next renewal announces it again. */
export function announce(redis: RedisClient, info: WorkerInfo): { withdraw(): Promise<void> } {
  const member = JSON.stringify(info);
  const renew = () => {
    if (redis.status === 'ready') redis.zadd(KEY, Date.now() + LEASE_MS, member).catch(() => undefined);
  };
  renew();
  redis.on('ready', renew);
  const timer = setInterval(renew, RENEW_MS);
  timer.unref();
  return {
    async withdraw() {
      clearInterval(timer);
      redis.off('ready', renew);
      if (redis.status === 'ready') await redis.zrem(KEY, member);
    },
  };
}

/** The workers whose lease holds. Forgets those whose lease ran out a minute ago. */
export async function listWorkers(redis: RedisClient): Promise<WorkerInfo[]> {
  const now = Date.now();
  await redis.zremrangebyscore(KEY, '-inf', now - 60_000);
  const members = await redis.zrangebyscore(KEY, now, '+inf');
  return members.map((member) => workerInfoSchema.parse(JSON.parse(member)));
}
