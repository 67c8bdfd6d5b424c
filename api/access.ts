import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type ApiKey, type ApiScope, looksLikeKey, useApiKey } from '../store/api-keys.ts';
import type { ApiDeps, ApiEnv } from './context.ts';
import { Problem } from './problem.ts';

/** A key that was revoked is refused at the latest after this, ms. */
const REMEMBER_MS = 10_000;
const REMEMBERED = 1_000;
/** Wrong keys that one address may try in a minute. */
const WRONG_KEYS = 30;
const MINUTE_S = 60;

/** Lets in who has a key, and no more often than so many `points` a minute, counted by `what` is asked. Sets `key`. */
export function authenticate(deps: ApiDeps, what: string, points: number): MiddlewareHandler<ApiEnv> {
  const keys = new KnownKeys(deps);
  const requests = perMinute(deps, what, points);
  const guesses = new RateLimiterMemory({ points: WRONG_KEYS, duration: MINUTE_S });
  return createMiddleware<ApiEnv>(async (c, next) => {
    const secret = /^Bearer (\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!secret)
      throw noKey('Send a key as `Authorization: Bearer ork_…`; `orkestra api-key create` makes one.');
    const key = keys.remembered(secret) ?? (await lookUp(c, secret));
    if (!key)
      throw noKey(
        'This key is not known, has expired or was revoked: make one with `orkestra api-key create`.',
      );
    await take(requests, key.id, `This key may send ${points} requests a minute`);
    c.set('key', key);
    await next();
  });

  async function lookUp(c: Context, secret: string): Promise<ApiKey | undefined> {
    const address = getConnInfo(c).remote.address ?? 'unknown';
    const tried = await guesses.get(address);
    if (tried && tried.remainingPoints <= 0)
      throw tooMany(tried, 'Too many wrong keys came from this address');
    const key = looksLikeKey(secret) ? await keys.lookUp(secret) : undefined;
    if (!key) await guesses.consume(address).catch(() => undefined);
    return key;
  }
}

/** Counts for all processes; where Redis is away each one counts for itself. */
function perMinute({ redis }: ApiDeps, what: string, points: number): RateLimiterRedis {
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `orkestra:api:${what}`,
    points,
    duration: MINUTE_S,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory({ points, duration: MINUTE_S }),
  });
}

/** Lets a key start no more calls than it may. */
export function limitStarts(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const { callsPerMinute } = deps.config.api;
  const starts = perMinute(deps, 'starts', callsPerMinute);
  return createMiddleware<ApiEnv>(async (c, next) => {
    await take(starts, c.get('key').id, `This key may start ${callsPerMinute} calls a minute`);
    await next();
  });
}

/** Lets keys pass that have a scope. */
export const requires = (scope: ApiScope) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { scopes } = c.get('key');
    if (!scopes.includes(scope)) {
      throw new Problem(
        'not-allowed',
        `This needs a key with the scope ${scope}; this one has ${scopes.join(', ')}.`,
      );
    }
    await next();
  });

const isJson = createMiddleware<ApiEnv>(async (c, next) => {
  const type = c.req.header('Content-Type')?.split(';', 1)[0]!.trim().toLowerCase();
  if (c.req.method === 'POST' && type !== 'application/json') {
    throw new Problem('media-type', 'Send JSON, with the header Content-Type: application/json.');
  }
  await next();
});

/** What a route says of who may use it, and sees to. */
export const secured = (scope: ApiScope) => ({
  security: [{ key: [scope] }],
  middleware: every(requires(scope), isJson) as MiddlewareHandler<ApiEnv>,
});

/** Keys that were good a moment ago: not every request asks Postgres. */
class KnownKeys {
  private readonly keys = new Map<string, { key: ApiKey; until: number }>();

  constructor(private readonly deps: ApiDeps) {}

  remembered(secret: string): ApiKey | undefined {
    const found = this.keys.get(secret);
    if (!found || found.until > Date.now()) return found?.key;
    this.keys.delete(secret);
    return undefined;
  }

  async lookUp(secret: string): Promise<ApiKey | undefined> {
    const key = await this.deps
      .database()
      .then((database) => useApiKey(database, secret))
      .catch((error: unknown) => {
        throw new Problem(
          'unavailable',
          'Postgres is away, and with it the keys: try again in a moment.',
          {},
          { cause: error },
        );
      });
    if (!key) return undefined;
    this.keys.set(secret, { key, until: Date.now() + REMEMBER_MS });
    const [oldest] = this.keys.keys();
    if (this.keys.size > REMEMBERED) this.keys.delete(oldest!);
    return key;
  }
}

const noKey = (detail: string) =>
  new Problem('no-key', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

async function take(limiter: RateLimiterRedis, id: string, limit: string) {
  try {
    await limiter.consume(id);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw tooMany(error, limit);
    throw error;
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes, limit: string): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new Problem('too-many', `${limit}: try again in ${seconds} s.`, {
    headers: { 'Retry-After': `${seconds}` },
  });
}
