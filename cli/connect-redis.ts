import { once } from 'node:events';
import type { Config } from '../config/schema.ts';
import { connectRedis, type RedisClient } from '../stream/connection.ts';
import { CliError } from './error.ts';

const CONNECT_TIMEOUT_MS = 3_000;

/** The stream's sharded pub/sub came with this version. */
const OLDEST_MAJOR = 7;

/** A connection to Redis that is there, or a CliError that says what to do, within 3 s. */
export async function openRedis(config: Config['redis']): Promise<{ redis: RedisClient; version: string }> {
  const redis = connectRedis(config);
  let refusal: Error | undefined;
  redis.on('error', (error: Error) => {
    refusal = error;
  });
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    // `once` rejects with the first error: a refused connection needs no second try.
    if (redis.status !== 'ready') await once(redis, 'ready', { signal });
    const version = /redis_version:(\S+)/.exec(await answerOf(redis.info('server')))?.[1] ?? 'unknown';
    if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
      throw new CliError(
        `Redis at ${publicUrl(config.url)} is version ${version}: Orkestra needs ${OLDEST_MAJOR} or newer.`,
      );
    }
    return { redis, version };
  } catch (error) {
    redis.disconnect();
    if (error instanceof CliError) throw error;
    throw new CliError(explain(config.url, refusal ?? (error as Error)), 1, { cause: error });
  }
}

async function answerOf(reply: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), CONNECT_TIMEOUT_MS);
  });
  return Promise.race([reply, late]).finally(() => clearTimeout(timer));
}

function explain(url: string, { message }: Error): string {
  const at = publicUrl(url);
  if (/NOAUTH|WRONGPASS/.test(message)) {
    return `Redis at ${at} refuses these credentials: put user and password into REDIS_URL.`;
  }
  return `Redis does not answer at ${at}: start it with \`orkestra up\`, or set REDIS_URL to where it runs.`;
}

/** A server's address without user and password. */
export function publicUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
