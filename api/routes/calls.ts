import { createHash, randomUUID } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { maskCustomer, maskPhone } from '../../call/mask.ts';
import { callRequestSchema, workflowIdOf } from '../../call/request.ts';
import { allGatewaysBusy, letIn } from '../../gateway/room.ts';
import { issueToken, TOKEN_SECONDS } from '../../call/session-token.ts';
import { twilioAccount, TwilioError } from '../../gateway/telephony/twilio-rest.ts';
import { stateQuery, transcriptQuery } from '../../workflows/messages.ts';
import { secured } from '../access.ts';
import type { ApiDeps, ApiEnv } from '../context.ts';
import { gives, takes } from '../describe.ts';
import { listCalls, looksLikePageToken } from '../list-calls.ts';
import { LiveCalls, REQUEST_MS } from '../live-calls.ts';
import { idempotencyHeader } from '../once.ts';
import { Problem, problems } from '../problem.ts';
import {
  callSchema,
  listedCallsSchema,
  listQuery,
  newCallSchema,
  sessionParams,
  startedCallSchema,
  tokenSchema,
  transcriptSchema,
} from '../schemas.ts';

/** When to try again where all lines are busy, s. */
const BUSY_S = 10;

/** A page of calls, where the request does not say how long. */
const PAGE = 50;

const start = createRoute({
  method: 'post',
  path: '/v1/calls',
  operationId: 'startCall',
  summary: 'Start a call, which waits for its caller or rings at theirs',
  tags: ['calls'],
  ...secured('calls:start'),
  request: { headers: idempotencyHeader, body: takes(newCallSchema) },
  responses: {
    201: gives(startedCallSchema, 'The call has started'),
    ...problems('malformed', 'conflict', 'too-large', 'media-type'),
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/calls',
  operationId: 'listCalls',
  summary: 'List calls, the newest first',
  tags: ['calls'],
  ...secured('calls:read'),
  request: { query: listQuery },
  responses: { 200: gives(listedCallsSchema, 'A page of calls'), ...problems('unknown') },
});

const inspect = createRoute({
  method: 'get',
  path: '/v1/calls/{session}',
  operationId: 'inspectCall',
  summary: 'How a call stands',
  tags: ['calls'],
  ...secured('calls:read'),
  request: { params: sessionParams },
  responses: { 200: gives(callSchema, 'The call as it is now'), ...problems('unknown') },
});

const token = createRoute({
  method: 'post',
  path: '/v1/calls/{session}/token',
  operationId: 'issueToken',
  summary: 'Issue a token with which the caller opens or rejoins this call, good for 5 minutes',
  tags: ['calls'],
  ...secured('calls:start'),
  request: { params: sessionParams, body: takes(z.object({}).strict()) },
  responses: {
    200: gives(tokenSchema, 'A token for the gateway'),
    ...problems('malformed', 'unknown', 'conflict', 'too-large', 'media-type'),
  },
});

const transcript = createRoute({
  method: 'get',
  path: '/v1/calls/{session}/transcript',
  operationId: 'readTranscript',
  summary: 'What was said in a call',
  tags: ['calls'],
  ...secured('transcripts:read'),
  request: { params: sessionParams },
  responses: { 200: gives(transcriptSchema, 'What was said so far'), ...problems('unknown') },
});

const sessionOf = (once: string) => createHash('sha256').update(once).digest('hex').slice(0, 32);

/** Starting calls and looking at them. */
export function callRoutes(app: OpenAPIHono<ApiEnv>, { config, client, redis }: ApiDeps) {
  const { taskQueuePrefix } = config.temporal;
  const calls = new LiveCalls(client, taskQueuePrefix);

  app.openapi(start, async (c) => {
    const { dial, session: wanted, ...given } = c.req.valid('json');
    const once = c.get('once');
    // The same request that comes again starts the same session, also when nobody remembers that it came before.
    const session = wanted ?? `api-${once ? sessionOf(once) : randomUUID()}`;
    const request = callRequestSchema.parse({ ...given, session, origin: dial ? 'twilio' : 'api' });
    const { domain, phone, customer } = request;
    if (dial) assertCanDial(phone);
    await assertRoom();
    const startedBy = once ? `${once} ${c.get('fingerprint')}` : randomUUID();
    await calls.start(request, dial, startedBy);
    letIn(redis, session).catch(() => undefined);
    const masked = {
      ...(phone && { phone: maskPhone(phone) }),
      ...(customer && { customer: maskCustomer(customer) }),
    };
    c.header('Location', `/v1/calls/${session}`);
    return c.json({ session, workflowId: workflowIdOf(session), domain, dial, ...masked }, 201);
  });

  /** A call that no gateway would carry is not started. */
  async function assertRoom() {
    if (!(await allGatewaysBusy(redis, taskQueuePrefix).catch(() => false))) return;
    throw new Problem('unavailable', `All lines are busy: try again in ${BUSY_S} s.`, {
      headers: { 'Retry-After': `${BUSY_S}` },
    });
  }

  function assertCanDial(phone: string | undefined) {
    if (!phone) throw new Problem('conflict', 'Say whom to ring: give phone.');
    try {
      twilioAccount(config.twilio);
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error;
      throw new Problem(
        'conflict',
        `No telephone line is connected: ${error.message}, for the orchestrator.`,
      );
    }
  }

  app.openapi(list, async (c) => {
    const { pageSize = PAGE, pageToken, ...filter } = c.req.valid('query');
    if (pageToken !== undefined && !looksLikePageToken(pageToken)) {
      throw new Problem('unknown', 'There is no such page: take pageToken from the page before.');
    }
    const page = { size: pageSize, token: pageToken };
    return c.json(await calls.ask(REQUEST_MS, () => listCalls(client, taskQueuePrefix, filter, page)), 200);
  });

  app.openapi(inspect, async (c) => {
    const { transfer, ...state } = await calls.query(c.req.valid('param').session, stateQuery);
    // The summary for whoever takes over repeats the caller's words and their customer id.
    return c.json({ ...state, ...(transfer && { transfer: { reason: transfer.reason } }) }, 200);
  });

  app.openapi(token, async (c) => {
    const { session } = c.req.valid('param');
    const { sessionKeys } = config.gateway;
    if (sessionKeys.length === 0) {
      throw new Problem(
        'conflict',
        'There is no key to sign tokens with: set ORKESTRA_SESSION_KEYS for the orchestrator, as for the gateway.',
      );
    }
    const { phase } = await calls.query(session, stateQuery);
    if (phase === 'ended') throw new Problem('conflict', 'This call is over: nobody can join it.');
    return c.json({ session, token: issueToken(sessionKeys, { session }), seconds: TOKEN_SECONDS }, 200);
  });

  app.openapi(transcript, async (c) => {
    const { turns, asides, omitted } = await calls.query(c.req.valid('param').session, transcriptQuery);
    return c.json(
      { turns: turns.map((turn) => ({ ...turn, times: { ...turn.times } })), asides, omitted },
      200,
    );
  });
}
