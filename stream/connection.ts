import { Cluster, Redis } from 'ioredis';
import { redisTls } from '../config/redis-tls.ts';
import type { Config } from '../config/schema.ts';

export type RedisClient = Redis | Cluster;

/** Waits longer after each failed attempt, at most 1 s, for ever: a process outlives Redis' absence. */
const retryStrategy = (attempt: number) => Math.min(50 * attempt, 1_000);

/**
 * Writes together what one round of the event loop sends. `enableAutoPipelining` does so too, but holds every command
 * back until the ones before it are answered, and costs half as much again: see decision 0037.
 */
class BatchingRedis extends Redis {
  private corked = false;

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const socket = this.stream;
    if (!this.corked && this.status === 'ready') {
      this.corked = true;
      socket.cork();
      setImmediate(() => {
        this.corked = false;
        socket.uncork();
      });
    }
    return super.sendCommand(...args);
  }
}

/** A connection to Redis, or to a Redis Cluster with sharded pub/sub. Commands wait while it is away. */
export function connectRedis(config: Config['redis']): RedisClient {
  const tls = redisTls(config);
  if (!config.cluster) {
    return new BatchingRedis(config.url, {
      maxRetriesPerRequest: null,
      retryStrategy,
      ...(tls && { tls }),
    });
  }
  const { hostname, port, username, password } = new URL(config.url);
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    shardedSubscribers: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: {
      username: username || undefined,
      password: password || undefined,
      tls,
      maxRetriesPerRequest: null,
    },
  });
}

/**
 * ms since the Unix epoch by the clock of Redis: the one clock that all processes share. Their own may be set, and
 * differ from each other.
 */
export async function redisNow(redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
