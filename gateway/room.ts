import { z } from 'zod';
import { redisNow, type RedisClient } from '../stream/connection.ts';
import { admittedKey } from '../stream/keys.ts';

/** What a gateway tells the others of itself; `at` by the clock of Redis. */
const roomSchema = z.object({ at: z.number(), busy: z.string().optional() });

/** A field a gateway; one hash a deployment, named like its task queues. */
const keyOf = (prefix: string) => `orkestra:gateways:${prefix}`;
const TELL_MS = 500;
/** A gateway that has not told for so long is not there, ms. */
const FRESH_MS = 2_000;
/** After this, what it told is forgotten, ms. */
const MEMORY_MS = 60_000;

/** Tells those who start calls elsewhere whether this gateway takes new ones, until `withdraw`. */
export function tellRoom(
  redis: RedisClient,
  prefix: string,
  id: string,
  busy: () => string | undefined,
): { withdraw(): Promise<void> } {
  const key = keyOf(prefix);
  const tell = () => {
    if (redis.status !== 'ready') return;
    redisNow(redis)
      .then((at) => redis.hset(key, id, JSON.stringify({ at, busy: busy() })))
      .then(() => redis.pexpire(key, MEMORY_MS))
      .catch(() => undefined);
  };
  tell();
  const timer = setInterval(tell, TELL_MS);
  timer.unref();
  return {
    async withdraw() {
      clearInterval(timer);
      if (redis.status === 'ready') await redis.hdel(key, id).catch(() => undefined);
    },
  };
}

/** How long a call that was let in is remembered, ms: the longest that a call waits for its caller. */
const ADMITTED_MS = 600_000;

/** The caller of this call is let in when they come, however busy the gateways are by then. */
export async function letIn(redis: RedisClient, session: string): Promise<void> {
  if (redis.status === 'ready') await redis.set(admittedKey(session), '1', 'PX', ADMITTED_MS);
}

/** Whether there are gateways and none of them takes a new call now. Where Redis is away, that is not known: false. */
export async function allGatewaysBusy(redis: RedisClient, prefix: string): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  const key = keyOf(prefix);
  const [fields, time] = await Promise.all([redis.hgetall(key), redisNow(redis)]);
  const told = Object.entries(fields).map(([id, text]) => ({
    id,
    ...roomSchema.parse(JSON.parse(text)),
  }));
  const gone = told.filter(({ at }) => at < time - MEMORY_MS).map(({ id }) => id);
  if (gone.length > 0) await redis.hdel(key, ...gone);
  const there = told.filter(({ at }) => at > time - FRESH_MS);
  return there.length > 0 && there.every(({ busy }) => busy !== undefined);
}
