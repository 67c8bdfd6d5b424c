import { createHash } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { z } from '@hono/zod-openapi';
import type { RedisClient } from '../stream/connection.ts';
import type { ApiEnv } from './context.ts';
import { Problem } from './problem.ts';

/** How long an answer is kept for whoever sends its request again, ms. */
const KEEP_MS = 86_400_000;

/** The header by which a request may be sent again without its being done again. */
export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, '1–128 letters, digits, ., :, _ or -')
    .optional()
    .meta({
      description:
        'Sent again with the same key and body, a request gets the same answer, and nothing is done twice. For 24 hours.',
    }),
});

interface Kept {
  fingerprint: string;
  answer?: { status: number; body: string; headers: Record<string, string> };
}

/**
 * Gives a request that comes again under its `Idempotency-Key` the answer that it got. That it is not done again when
 * that answer was never kept (a crash in between) is up to the route: the key is also its name in Temporal.
 */
export const once = (redis: RedisClient) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const given = idempotencyHeader.shape['Idempotency-Key'].safeParse(c.req.header('Idempotency-Key'));
    const body = await c.req.text();
    c.set('fingerprint', sha256(`${c.req.method} ${c.req.path}\n${body}`));
    c.set('once', given.data && `${c.get('key').id}/${given.data}`);
    // A key that is none is told by the route's own schema.
    const name = c.get('once');
    // Tokens are kept nowhere, and each is as good as another.
    if (!name || c.req.method !== 'POST' || c.req.path.endsWith('/token')) return next();
    if (redis.status !== 'ready') {
      throw new Problem(
        'unavailable',
        'Redis is away, and with it the answers to requests with an Idempotency-Key: try again in a moment.',
      );
    }
    const place = `orkestra:api:once:${sha256(name)}`;
    const fingerprint = c.get('fingerprint');
    const kept = await redis.set(
      place,
      JSON.stringify({ fingerprint } satisfies Kept),
      'PX',
      KEEP_MS,
      'NX',
      'GET',
    );
    if (kept) {
      const before = JSON.parse(kept) as Kept;
      if (before.fingerprint !== fingerprint) {
        throw new Problem(
          'conflict',
          'This Idempotency-Key came with another request before: take a new key for a new request.',
        );
      }
      if (before.answer) {
        const { status, body, headers } = before.answer;
        return c.body(body, status as 200, { ...headers, 'Idempotent-Replayed': 'true' });
      }
    }
    await next();
    const isRefused = c.res.status >= 400 && c.res.status < 500;
    // Nothing was done under it: a corrected request may come with the same key.
    if (isRefused && !kept) await redis.del(place).catch(() => undefined);
    if (!c.res.ok) return;
    const answer = {
      status: c.res.status,
      body: await c.res.clone().text(),
      headers: Object.fromEntries(
        ['Content-Type', 'Location'].flatMap((name) => {
          const value = c.res.headers.get(name);
          return value ? [[name, value]] : [];
        }),
      ),
    };
    await redis
      .set(place, JSON.stringify({ fingerprint, answer } satisfies Kept), 'PX', KEEP_MS)
      .catch(() => undefined);
  });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
