import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { payloadCodec, UnreadablePayload } from '../config/payload-codec.ts';
import { authenticate, requires } from './access.ts';
import type { ApiDeps, ApiEnv } from './context.ts';
import { Problem } from './problem.ts';

/**
 * A remote codec (https://docs.temporal.io/remote-data-encoding): Temporal's Web UI and CLI have payloads decrypted here.
 * Not part of the API's description: its form is Temporal's.
 */

/** Bytes of a request; Temporal's own bound for one payload is 2 MB. */
const LONGEST_BODY = 4_194_304;
const MOST_PAYLOADS = 2_000;
/** The Web UI asks for each payload of a page by itself, some 20 a turn: looked at again, a call of 100 turns fits. */
const REQUESTS_PER_MINUTE = 6_000;
/** For as long a browser need not ask again whether it may ask, s. */
const PREFLIGHT_S = 600;

const base64 = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const payloadsSchema = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z.record(z.string().max(100), base64).optional(),
        data: base64.optional(),
      }),
    )
    .max(MOST_PAYLOADS),
});

/** Adds the endpoint, where it is configured: for keys with the scope `payloads:decode`, as bearer or as password. */
export function codecRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps) {
  const { payloadKeys, codecEndpoint, codecOrigins } = deps.config.temporal;
  if (!codecEndpoint) return;
  const codec = payloadCodec(payloadKeys);
  const shared = { credentials: true, allowMethods: ['POST'], maxAge: PREFLIGHT_S };
  app.use('/codec/*', cors({ origin: codecOrigins, ...shared }));
  const authenticated = authenticate(deps, 'codec', REQUESTS_PER_MINUTE);
  app.use('/codec/*', asBearer, authenticated, requires('payloads:decode'));
  app.use(
    '/codec/*',
    bodyLimit({
      maxSize: LONGEST_BODY,
      onError: (c) => new Problem('too-large', `Keep bodies within ${LONGEST_BODY} bytes.`).respond(c),
    }),
  );
  // A browser asks for the key here, and sends it along from then on.
  app.get('/codec/sign-in', (c) =>
    c.text('Signed in: Temporal’s Web UI can read payloads now, in this browser.'),
  );
  for (const direction of ['encode', 'decode'] as const) {
    app.post(`/codec/${direction}`, async (c) => {
      const given = payloadsSchema.safeParse(await c.req.json().catch(() => undefined));
      if (!given.success) throw new Problem('malformed', 'Send {"payloads":[{"metadata":{…},"data":…}]}.');
      const payloads = await codec[direction](given.data.payloads as Payload[]).catch((error: unknown) => {
        if (error instanceof UnreadablePayload) throw new Problem('conflict', `${error.message}.`);
        throw error;
      });
      return c.json({ payloads: payloads.map(toJson) });
    });
  }
}

/** A key that a browser sends as a password (RFC 7617) is one; where there is none, browsers are told to ask for it. */
const asBearer: MiddlewareHandler<ApiEnv> = createMiddleware<ApiEnv>(async (c, next) => {
  const basic = /^Basic (\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (basic) {
    const password = Buffer.from(basic, 'base64').toString().split(/:(.*)/s)[1] ?? '';
    const headers = new Headers(c.req.raw.headers);
    headers.set('Authorization', `Bearer ${password}`);
    c.req.raw = new Request(c.req.raw, { headers });
  }
  await next();
  if (c.res.status === 401) c.header('WWW-Authenticate', 'Basic realm="Orkestra payloads", charset="UTF-8"');
});

const toJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
