import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { sessionIdSchema } from '../../call/request.ts';
import { answeredBySchema, callSidSchema, lineStatusSchema } from '../../call/telephone.ts';
import type { Logger } from '../../config/log.ts';
import type { Config } from '../../config/schema.ts';
import type { CallerTokens } from '../caller-tokens.ts';
import { explain } from '../explain.ts';
import { type HttpHandler, pathOf } from '../http.ts';
import { requestOfStart } from '../twilio-request.ts';
import type { Admission } from '../admission.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { TelephoneLines } from './lines.ts';
import { askAgain, busyTone, hangUp, nobodyFree, outOfOrder, putThrough, say, talkToBot } from './twiml.ts';
import { readWebhook, type WebhookRequest, WebhookRefused } from './webhook-request.ts';

export interface TelephonyDeps {
  twilio: Config['twilio'];
  lines: TelephoneLines;
  admission: Admission;
  metrics: GatewayMetrics;
  tokens: CallerTokens;
  log: Logger;
}

/** Twilio waits 15 s for an answer; the call's workflow has this long, ms. */
const ANSWER_MS = 8_000;
/** Streams of one telephone call that may follow each other at once; from then on each waits a little. */
const QUICK_RETURNS = 3;
/** A line that came back this often is not worth another try. */
const MOST_RETURNS = 30;
const PAUSE_SECONDS = 2;

const voiceForm = z.object({
  CallSid: callSidSchema,
  From: z.string().max(256).optional(),
  To: z.string().max(256).optional(),
  Direction: z.string().max(32).optional(),
});
const statusForm = z.object({ CallSid: callSidSchema, CallStatus: lineStatusSchema });
const machineForm = z.object({ CallSid: callSidSchema, AnsweredBy: answeredBySchema });
const dialledForm = z.object({
  CallSid: callSidSchema,
  DialCallStatus: lineStatusSchema.or(z.literal('answered')),
});
const anyForm = z.object({ CallSid: callSidSchema });
const againSchema = z.coerce.number().int().min(0).max(1_000).default(0);

/** A webhook answers with TwiML, or with nothing. */
type Webhook = (deps: TelephonyDeps, request: WebhookRequest) => Promise<string | undefined>;

const webhooks: Record<string, Webhook> = {
  /** A call has come in, was taken, or its stream has ended. */
  '/twilio/voice': voice,
  /** What became of a call. */
  '/twilio/status': async ({ lines }, request) => {
    const { CallSid: callSid, CallStatus: status } = parse(statusForm, request.form);
    await lines.report(sessionOf(request, callSid), { callSid, status });
    return undefined;
  },
  /** Who took a call that was placed. */
  '/twilio/amd': async ({ lines }, request) => {
    const { CallSid: callSid, AnsweredBy: answeredBy } = parse(machineForm, request.form);
    await lines.report(sessionOf(request, callSid), { callSid, answeredBy });
    return undefined;
  },
  /** A person has taken a call over and is told what it is about; its CallSid is that of their own line. */
  '/twilio/whisper': async ({ lines }, request) => {
    const { CallSid } = parse(anyForm, request.form);
    const summary = await lines.summaryOf(sessionOf(request, CallSid)).catch(() => undefined);
    return say(summary ?? 'A caller of the virtual assistant.');
  },
  /** A person and the caller have finished, or nobody took the call. */
  '/twilio/transferred': async (_, { form }) => {
    const { DialCallStatus: status } = parse(dialledForm, form);
    return hangUp(status === 'completed' || status === 'answered' ? undefined : nobodyFree);
  },
};

/** Twilio's webhooks, on the gateway's port. */
export function telephonyHandler(deps: TelephonyDeps): HttpHandler {
  return (request, response) => {
    const webhook = webhooks[pathOf(request)];
    if (!webhook) return false;
    void serve(deps, webhook, request, response);
    return true;
  };
}

async function serve(
  deps: TelephonyDeps,
  webhook: Webhook,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const twiml = await webhook(deps, await readWebhook(request, deps.twilio));
    if (twiml === undefined) response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'text/xml' }).end(twiml);
  } catch (error) {
    const refused = error instanceof WebhookRefused ? error : undefined;
    const { status, message } = refused ?? { status: 503, message: 'The call could not be told; try again.' };
    deps.log.warn({ path: pathOf(request), status, reason: (error as Error).message }, 'webhook refused');
    // What is left of a body that was not read to its end is nobody's.
    response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${message}\n`);
  }
}

async function voice(
  { twilio, lines, tokens, admission, metrics, log }: TelephonyDeps,
  { query, form }: WebhookRequest,
): Promise<string> {
  const { CallSid, From, To, Direction } = parse(voiceForm, form);
  const { again: returns, ...parameters } = query;
  const again = parse(againSchema, returns);
  const outbound = Direction?.startsWith('outbound') ?? false;
  const request = requestOfStart(CallSid, { ...parameters, from: (outbound ? To : From) ?? '' });
  if (!request.success) throw new WebhookRefused(400, explain(request.error));
  const { session, domain, phone } = request.data;
  const self = (path: string, more: Record<string, string> = {}) =>
    `${twilio.publicUrl!.replace(/\/+$/, '')}${path}?${new URLSearchParams({ ...parameters, session, ...more })}`;
  const next = self('/twilio/voice', { again: `${again + 1}` });
  if (again > MOST_RETURNS) return hangUp(outOfOrder);
  // A call that was placed, or taken before, is in progress.
  const busy = again === 0 && !outbound ? admission.promise(session) : undefined;
  if (busy && !(await admission.isKnown(session))) {
    metrics.refused.inc({ reason: busy });
    log.warn({ session, busy }, 'a telephone call was turned away');
    return busyTone();
  }
  let answer;
  try {
    answer = await within(ANSWER_MS, lines.answer(request.data));
  } catch (error) {
    log.warn({ session, reason: (error as Error).message }, 'the telephone has to wait for its call');
    return askAgain(next, PAUSE_SECONDS);
  }
  if (answer === 'hang-up') return hangUp();
  if (answer === 'person') {
    if (!twilio.agentNumber) return hangUp(nobodyFree);
    return putThrough(twilio.agentNumber, twilio.from, self('/twilio/whisper'), self('/twilio/transferred'));
  }
  const stream = `${twilio.publicUrl!.replace(/^http/, 'ws').replace(/\/+$/, '')}/twilio`;
  const token = tokens.issue(request.data);
  const handed = { ...parameters, session, domain, ...(phone && { phone }), ...(token && { token }) };
  return talkToBot(stream, handed, next, again < QUICK_RETURNS ? 0 : PAUSE_SECONDS);
}

/** Calls that were placed carry their session in the address; others are named after their CallSid. */
const sessionOf = ({ query }: WebhookRequest, callSid: string) =>
  query.session === undefined ? callSid : parse(sessionIdSchema, query.session);

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new WebhookRefused(400, explain(result.error));
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
