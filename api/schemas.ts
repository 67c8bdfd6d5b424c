import { z } from '@hono/zod-openapi';
import {
  customerIdSchema,
  defaultTenant,
  domainNameSchema,
  phoneSchema,
  sessionIdSchema,
  tenantNameSchema,
} from '../call/request.ts';
import { adapterRefSchema } from '../call/adapter.ts';
import { domainNames } from '../domains/registry.ts';
import { callSettingsPatchSchema } from '../call/settings.ts';
import { answeredBySchema, lineStatusSchema } from '../call/telephone.ts';

/** What the calls' routes take and give. */

export const phaseSchema = z.enum(['dialling', 'connecting', 'conversation', 'farewell', 'ended']);

export const sessionParams = z.object({
  session: sessionIdSchema.meta({ description: 'Names the call', example: 'my-call' }),
});

export const newCallSchema = z
  .object({
    session: sessionIdSchema
      .optional()
      .meta({ description: 'Names the call for ever; made up where it is left out' }),
    tenant: tenantNameSchema.optional().meta({ description: `${defaultTenant} where it is left out` }),
    domain: z.enum(domainNames() as [string, ...string[]]).default('banking'),
    phone: phoneSchema.optional(),
    customer: customerIdSchema.optional(),
    dial: z
      .boolean()
      .default(false)
      .meta({ description: 'The bot rings at `phone`; otherwise the call waits for its caller' }),
    settings: callSettingsPatchSchema.default({}),
  })
  .strict()
  .openapi('NewCall');

export const startedCallSchema = z
  .object({
    session: z.string(),
    workflowId: z.string().meta({ description: 'In Temporal' }),
    domain: z.string(),
    dial: z.boolean(),
    phone: z.string().optional().meta({ description: 'Masked' }),
    customer: z.string().optional().meta({ description: 'Masked' }),
  })
  .openapi('StartedCall');

export const tokenSchema = z
  .object({
    session: z.string(),
    token: z.string().meta({ description: 'Goes into the start message, as `token`' }),
    seconds: z.number().int().meta({ description: 'How long it is good' }),
  })
  .openapi('Token');

export const listQuery = z
  .object({
    domain: domainNameSchema,
    phase: phaseSchema,
    adapter: adapterRefSchema,
    status: z.enum(['running', 'ended']),
    pageSize: z.coerce.number().int().min(1).max(100),
    pageToken: z.string().regex(/^[A-Za-z0-9_-]{1,4000}$/, 'take it from the page before'),
  })
  .partial()
  .strict();

export const listedCallsSchema = z
  .object({
    calls: z.array(
      z.object({
        session: z.string(),
        domain: z.string(),
        phase: z.string(),
        adapter: z.string(),
        turns: z.number().int(),
        status: z.enum(['running', 'ended']),
        startedAt: z.iso.datetime(),
        endedAt: z.iso.datetime().optional(),
      }),
    ),
    nextPageToken: z.string().optional().meta({ description: 'For the next page; absent on the last one' }),
  })
  .openapi('Calls');

export const settingsSchema = callSettingsPatchSchema.required().strip().openapi('Settings');

const time = z.number().meta({ description: 'ms since the Unix epoch' });

export const callSchema = z
  .object({
    session: z.string(),
    domain: z.string(),
    phase: phaseSchema,
    adapter: z.string(),
    adapterTrouble: z.looseObject({ adapter: z.string(), reason: z.string() }).optional(),
    settings: settingsSchema,
    turns: z.number().int(),
    startedAt: time,
    identity: z.object({ state: z.enum(['unknown', 'verified']), failures: z.number().int() }),
    recording: z.enum(['undisclosed', 'disclosed', 'refused']),
    endReason: z.string().optional(),
    line: z.object({
      callSid: z.string().optional(),
      status: lineStatusSchema.optional(),
      answeredBy: answeredBySchema.optional(),
    }),
    transfer: z.object({ reason: z.string() }).optional(),
    rejectedSignals: z.number().int(),
  })
  .openapi('Call');

export const transcriptSchema = z
  .object({
    turns: z.array(
      z.object({
        turn: z.number().int(),
        caller: z.string(),
        answer: z.string(),
        heard: z.string(),
        interrupted: z.boolean(),
        source: z.enum(['model', 'cache', 'apology']),
        adapter: z.string(),
        engine: z.string(),
        tools: z.array(z.object({ name: z.string(), input: z.unknown(), output: z.unknown() })),
        times: z.record(z.string(), time),
      }),
    ),
    asides: z.array(
      z.object({
        utterance: z.string(),
        beforeTurn: z.number().int(),
        text: z.string(),
        heard: z.string(),
        interrupted: z.boolean(),
      }),
    ),
    omitted: z.number().int(),
  })
  .openapi('Transcript');
