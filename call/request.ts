import '../config/schema-words.ts';
import { z } from 'zod';
import { callSettingsSchema } from './settings.ts';
import { callSidSchema } from './telephone.ts';

/** Names a call everywhere: `call-<session>` in Temporal, `{<session>}` in Redis, `session` in Postgres. */
export const sessionIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{3,64}$/, 'a session id is 3–64 letters, digits, - or _');

/** A phone number in E.164: a plus sign, then 8–15 digits. */
export const phoneSchema = z
  .string()
  .regex(/^\+[1-9]\d{7,14}$/, 'a phone number is written in E.164, like +14155550123');

export const customerIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a customer id is 1–64 letters, digits, - or _');

export const domainNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a domain is a lower-case word, like banking');

/** Whose call it is, where several businesses share a deployment: stored answers are never shared between them. */
export const tenantNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a tenant is a lower-case word, like northwind');

/** The tenant of calls that name none. */
export const defaultTenant = 'default';

/** How the caller reaches us. */
export const originSchema = z.enum(['cli', 'twilio', 'pcm', 'api']);

/** What it takes to start a call; every door (CLI, gateway, API) checks against this. */
export const callRequestSchema = z
  .object({
    session: sessionIdSchema,
    tenant: tenantNameSchema.optional(),
    domain: domainNameSchema.default('banking'),
    phone: phoneSchema.optional(),
    customer: customerIdSchema.optional(),
    origin: originSchema,
    /** Twilio's name for the telephone call, where it is one. */
    callSid: callSidSchema.optional(),
    settings: callSettingsSchema.prefault({}),
  })
  .strict();

export type CallRequest = z.infer<typeof callRequestSchema>;

/** The id of a call's workflow. */
export const workflowIdOf = (session: string) => `call-${session}`;

/** The session of a call's workflow; undefined where it is no call's. */
export const sessionOf = (workflowId: string) =>
  workflowId.startsWith('call-') ? workflowId.slice('call-'.length) : undefined;
