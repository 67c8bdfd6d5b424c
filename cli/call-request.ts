import {
  type CallRequest,
  customerIdSchema,
  domainNameSchema,
  phoneSchema,
  tenantNameSchema,
} from '../call/request.ts';
import { callSettingsSchema } from '../call/settings.ts';
import { domainNames, findDomain } from '../domains/registry.ts';
import { parseSession } from './call-workflow.ts';
import { usageError } from './error.ts';
import { suggestion } from './nearest.ts';
import { parseSettings, quote } from './settings-option.ts';

/** What the command line says of a call. */
export interface CallOptions {
  session: string;
  phone?: string;
  customer?: string;
  tenant?: string;
  domain: string;
  set: string[];
}

/** Checks every word before anything is started. Throws CliError (2) about the first that is wrong. */
export function parseRequest({ session, phone, customer, tenant, domain, set }: CallOptions): CallRequest {
  return {
    session: parseSession(session),
    // Not repeated in the message: what was meant for a number may be one.
    phone: phone === undefined ? undefined : checked('--phone', phoneSchema, phone),
    customer: customer === undefined ? undefined : checked('--customer', customerIdSchema, customer),
    tenant: tenant === undefined ? undefined : checked('--tenant', tenantNameSchema, tenant),
    domain: parseDomain(domain),
    origin: 'cli',
    settings: callSettingsSchema.parse(parseSettings(set)),
  };
}

function checked(option: string, schema: typeof phoneSchema, text: string): string {
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw usageError(`${option}: ${result.error.issues[0]!.message}.`);
}

function parseDomain(name: string): string {
  if (domainNameSchema.safeParse(name).success && findDomain(name)) return name;
  const names = domainNames();
  throw usageError(
    `--domain: there is no domain ${quote(name)}.${suggestion(name, names)} The domains are ${names.join(', ')}.`,
  );
}
