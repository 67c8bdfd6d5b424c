import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { Counter } from 'prom-client';
import { version } from '../config/package.ts';
import { authenticate, limitStarts } from './access.ts';
import { codecRoutes } from './codec.ts';
import type { ApiDeps, ApiEnv } from './context.ts';
import { once } from './once.ts';
import { invalid, Problem } from './problem.ts';
import { adapterRoutes } from './routes/adapters.ts';
import { cacheRoutes } from './routes/cache.ts';
import { callRoutes } from './routes/calls.ts';
import { steeringRoutes } from './routes/steering.ts';

/** Bytes of a request's body; what a call takes is far less. */
const LONGEST_BODY = 65_536;

/** The HTTP API: routes, and what stands before all of them. Its description is at `/openapi.json`. */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { log, metrics } = deps;
  const requests = new Counter({
    name: 'orkestra_api_requests_total',
    help: 'Requests to the HTTP API by status.',
    labelNames: ['method', 'status'],
    registers: [metrics],
  });
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : invalid(result.target, result.error as never).respond(c),
  });

  app.use(async (c, next) => {
    const started = performance.now();
    await next();
    const { method, path } = c.req;
    const { status } = c.res;
    requests.inc({ method, status });
    const took = { method, path, status, key: c.get('key')?.id, ms: Math.round(performance.now() - started) };
    if (path.startsWith('/v1/') || path.startsWith('/codec/')) log.info(took, 'api request');
  });
  app.onError((error, c) => {
    if (error instanceof Problem) {
      if (error.cause) log.warn({ error: error.cause }, error.message);
      return error.respond(c);
    }
    if (error instanceof HTTPException && error.status === 400) {
      return new Problem('malformed', 'The body can’t be read as JSON: send one object.').respond(c);
    }
    log.error({ error, stack: error.stack }, 'an API request failed');
    return new Problem('fault', 'This should not happen: the orchestrator’s log says what did.').respond(c);
  });

  app.use('/v1/*', authenticate(deps, 'rate', deps.config.api.requestsPerMinute));
  app.use(
    '/v1/*',
    bodyLimit({
      maxSize: LONGEST_BODY,
      onError: (c) => new Problem('too-large', `Keep bodies within ${LONGEST_BODY} bytes.`).respond(c),
    }),
  );
  app.use('/v1/*', once(deps.redis));

  app.on('POST', '/v1/calls', limitStarts(deps));
  callRoutes(app, deps);
  steeringRoutes(app, deps);
  cacheRoutes(app, deps);
  adapterRoutes(app, deps);
  codecRoutes(app, deps);

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key that `orkestra api-key create` made; what it may do are its scopes.',
  });
  const description = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Orkestra',
      version,
      description:
        'Starts, lists, inspects, steers and ends calls, and controls stored answers and adapters.',
    },
    servers: [{ url: '/' }],
  });
  app.get('/openapi.json', (c) => c.json(description));
  refuseOtherMethods(app, Object.entries(description.paths ?? {}));
  app.notFound((c) =>
    new Problem('unknown', 'There is no such path: /openapi.json has those that there are.').respond(c),
  );
  return app;
}

/** A path that exists says which methods it takes, to whoever tries another. */
function refuseOtherMethods(app: OpenAPIHono<ApiEnv>, paths: [string, object][]) {
  for (const [path, operations] of [...paths, ['/openapi.json', { get: {} }] as const]) {
    const allowed = Object.keys(operations).map((method) => method.toUpperCase());
    const headers = { Allow: allowed.join(', ') };
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), () => {
      throw new Problem('method', `Here is ${allowed.join(' and ')}.`, { headers });
    });
  }
}
