import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Adapter, adapterRefSchema, newAdapterSchema, refOf } from '../../call/adapter.ts';
import { getAdapter, listAdapters } from '../../store/adapters.ts';
import { activatePayload, rollbackPayload } from '../../workflows/adapters/messages.ts';
import { secured } from '../access.ts';
import { adapterControl, AdapterRefused } from '../adapters.ts';
import type { ApiDeps, ApiEnv } from '../context.ts';
import { gives, takes } from '../describe.ts';
import { explained, REQUEST_MS } from '../live-calls.ts';
import { idempotencyHeader } from '../once.ts';
import { Problem, problems } from '../problem.ts';

const tags = ['adapters'];
const params = z.object({ adapter: adapterRefSchema.meta({ example: 'formal@2' }) });
const refusals = problems('malformed', 'conflict', 'too-large', 'media-type');

const outcome = z
  .object({
    adapter: z.string(),
    workers: z.number().int().meta({ description: 'The llm workers that have taken it in' }),
    notes: z.array(z.string()),
  })
  .openapi('AdapterOutcome');
const activated = outcome.extend({ domain: z.string(), percent: z.number().int() }).openapi('Activated');
const listed = z.object({
  adapter: z.string().meta({ description: 'Its name and version' }),
  kind: z.enum(['prompt', 'lora']),
  domain: z.string().optional(),
  createdAt: z.iso.datetime(),
  loaded: z.boolean(),
});
const share = z.object({ adapter: z.string(), percent: z.number().int() });

const list = createRoute({
  method: 'get',
  path: '/v1/adapters',
  operationId: 'listAdapters',
  summary: 'All adapters, and what new calls get',
  tags,
  ...secured('adapters:read'),
  responses: {
    200: gives(
      z
        .object({
          adapters: z.array(listed),
          active: z
            .record(z.string(), z.object({ base: z.string(), trial: share.optional() }))
            .meta({ description: 'By domain; a domain that is missing has default' }),
        })
        .openapi('Adapters'),
      'Every version of every adapter',
    ),
    ...problems(),
  },
});

const show = createRoute({
  method: 'get',
  path: '/v1/adapters/{adapter}',
  operationId: 'showAdapter',
  summary: 'What an adapter is made of',
  tags,
  ...secured('adapters:read'),
  request: { params },
  responses: {
    200: gives(
      listed.extend({ definition: z.record(z.string(), z.unknown()) }).openapi('Adapter'),
      'This version',
    ),
    ...problems('unknown'),
  },
});

const create = createRoute({
  method: 'post',
  path: '/v1/adapters',
  operationId: 'createAdapter',
  summary: 'Create an adapter, or its next version',
  tags,
  ...secured('adapters:write'),
  request: { headers: idempotencyHeader, body: takes(newAdapterSchema) },
  responses: { 201: gives(outcome, 'It is there, and can be loaded'), ...refusals },
});

const change = (what: 'load' | 'unload', summary: string) =>
  createRoute({
    method: 'post',
    path: `/v1/adapters/{adapter}/${what}`,
    operationId: `${what}Adapter`,
    summary,
    tags,
    ...secured('adapters:write'),
    request: { params, headers: idempotencyHeader, body: takes(z.object({}).strict()) },
    responses: { 200: gives(outcome, 'It is done'), ...refusals },
  });
const load = change('load', 'Have every llm worker load an adapter');
const unload = change('unload', 'Let go of an adapter that is not active');

const activate = createRoute({
  method: 'post',
  path: '/v1/adapters/{adapter}/activate',
  operationId: 'activateAdapter',
  summary: 'Give a loaded adapter, or default, to new calls of a domain: to all of them, or to some',
  tags,
  ...secured('adapters:write'),
  request: { params, headers: idempotencyHeader, body: takes(activatePayload.omit({ adapter: true })) },
  responses: { 200: gives(activated, 'New calls get it'), ...refusals },
});

const rollback = createRoute({
  method: 'post',
  path: '/v1/activations/rollback',
  operationId: 'rollBackAdapter',
  summary: 'Take back the last activation in a domain',
  tags,
  ...secured('adapters:write'),
  request: { headers: idempotencyHeader, body: takes(rollbackPayload) },
  responses: { 200: gives(activated, 'New calls get what was active before'), ...refusals },
});

/** Which adapters there are, which are loaded, and which ones new calls get. */
export function adapterRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps) {
  const { client, config } = deps;
  const control = adapterControl(client, config.temporal.taskQueuePrefix);
  const updateId = (once: string | undefined) => once && `api/${once}`;
  const database = () =>
    deps.database().catch((error: unknown) => {
      throw new Problem(
        'unavailable',
        'Postgres is away, and with it the adapters: try again in a moment.',
        {},
        { cause: error },
      );
    });
  const stateNow = () => told(client.withDeadline(Date.now() + REQUEST_MS, () => control.state()));

  app.openapi(list, async (c) => {
    const { loaded, active } = await stateNow();
    const adapters = await listAdapters(await database());
    return c.json({ adapters: adapters.map((adapter) => rowOf(adapter, loaded)), active }, 200);
  });

  app.openapi(show, async (c) => {
    const adapter = await getAdapter(await database(), c.req.valid('param').adapter);
    if (!adapter)
      throw new Problem('unknown', 'There is no such adapter: GET /v1/adapters lists those that there are.');
    const { loaded } = await stateNow();
    return c.json({ ...rowOf(adapter, loaded), definition: { ...adapter } }, 200);
  });

  app.openapi(create, async (c) =>
    c.json(await told(control.create(c.req.valid('json'), updateId(c.get('once')))), 201),
  );
  app.openapi(load, async (c) =>
    c.json(await told(control.load(c.req.valid('param').adapter, updateId(c.get('once')))), 200),
  );
  app.openapi(unload, async (c) =>
    c.json(await told(control.unload(c.req.valid('param').adapter, updateId(c.get('once')))), 200),
  );
  app.openapi(activate, async (c) => {
    const payload = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await told(control.activate(payload, updateId(c.get('once')))), 200);
  });
  app.openapi(rollback, async (c) => {
    const { domain } = c.req.valid('json');
    return c.json(await told(control.rollback(domain, updateId(c.get('once')))), 200);
  });
}

function rowOf(adapter: Adapter, loaded: string[]): z.input<typeof listed> {
  const { kind, domain, createdAt } = adapter;
  const ref = refOf(adapter);
  return {
    adapter: ref,
    kind,
    domain,
    createdAt: new Date(createdAt).toISOString(),
    loaded: loaded.includes(ref),
  };
}

/** What the control workflow says, or why it can't. */
const told = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw error instanceof AdapterRefused ? new Problem('conflict', error.message) : explained(error);
  });
