import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  configurePayload,
  configureUpdate,
  endPayload,
  endUpdate,
  sayPayload,
  sayUpdate,
  useAdapterPayload,
  useAdapterUpdate,
} from '../../workflows/messages.ts';
import { secured } from '../access.ts';
import type { ApiDeps, ApiEnv } from '../context.ts';
import { gives, takes } from '../describe.ts';
import { LiveCalls } from '../live-calls.ts';
import { idempotencyHeader } from '../once.ts';
import { problems } from '../problem.ts';
import { phaseSchema, sessionParams, settingsSchema } from '../schemas.ts';

/** What every route that steers a call has: a session, an idempotency key, the same refusals. */
const steering = <S extends z.ZodType>(body: S) => ({
  tags: ['steering'],
  ...secured('calls:steer'),
  request: { params: sessionParams, headers: idempotencyHeader, body: takes(body) },
});
const refusals = problems('malformed', 'unknown', 'conflict', 'too-large', 'media-type');

const say = createRoute({
  method: 'post',
  path: '/v1/calls/{session}/say',
  operationId: 'say',
  summary: 'Say something to the caller, after what is being said now',
  ...steering(sayPayload),
  responses: {
    200: gives(z.object({ utterance: z.string() }).openapi('Utterance'), 'It is under way'),
    ...refusals,
  },
});

const configure = createRoute({
  method: 'post',
  path: '/v1/calls/{session}/configure',
  operationId: 'configure',
  summary: 'Change settings of the call, from the next turn that is armed',
  ...steering(configurePayload),
  responses: {
    200: gives(z.object({ settings: settingsSchema }).openapi('NewSettings'), 'All settings as they are now'),
    ...refusals,
  },
});

const useAdapter = createRoute({
  method: 'post',
  path: '/v1/calls/{session}/adapter',
  operationId: 'useAdapter',
  summary: 'Answer with another adapter, or with default, from the next turn',
  ...steering(useAdapterPayload),
  responses: {
    200: gives(
      z.object({ adapter: z.string() }).openapi('UsedAdapter'),
      'The version that answers from now on',
    ),
    ...refusals,
  },
});

const end = createRoute({
  method: 'post',
  path: '/v1/calls/{session}/end',
  operationId: 'endCall',
  summary: 'Say goodbye and end the call',
  ...steering(endPayload),
  responses: {
    200: gives(z.object({ phase: phaseSchema }).openapi('Ending'), 'The call is ending'),
    ...refusals,
  },
});

/** Steering live calls. The update's id in Temporal is the idempotency key, so that nothing is said twice. */
export function steeringRoutes(app: OpenAPIHono<ApiEnv>, { config, client }: ApiDeps) {
  const calls = new LiveCalls(client, config.temporal.taskQueuePrefix);
  const updateId = (once: string | undefined) => once && `api/${once}`;

  app.openapi(say, async (c) => {
    const { session } = c.req.valid('param');
    return c.json(await calls.update(session, sayUpdate, c.req.valid('json'), updateId(c.get('once'))), 200);
  });

  app.openapi(configure, async (c) => {
    const { session } = c.req.valid('param');
    const settings = await calls.update(
      session,
      configureUpdate,
      c.req.valid('json'),
      updateId(c.get('once')),
    );
    return c.json({ settings }, 200);
  });

  app.openapi(useAdapter, async (c) => {
    const { session } = c.req.valid('param');
    return c.json(
      await calls.update(session, useAdapterUpdate, c.req.valid('json'), updateId(c.get('once'))),
      200,
    );
  });

  app.openapi(end, async (c) => {
    const { session } = c.req.valid('param');
    return c.json(await calls.update(session, endUpdate, c.req.valid('json'), updateId(c.get('once'))), 200);
  });
}
