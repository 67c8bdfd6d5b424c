import { z } from 'zod';
import { callSidSchema, type LineStatus, lineStatusSchema } from '../../call/telephone.ts';
import type { Config } from '../../config/schema.ts';

/**
 * The little of Twilio's REST API that calls need (https://www.twilio.com/docs/voice/api/call-resource), by fetch:
 * Twilio's own client hides whether a request that failed can have been carried out, and that decides what is next.
 */

/** A request to Twilio may take this long, ms. */
const TIMEOUT_MS = 10_000;

/** Twilio said no, or could not be asked. Never holds what Twilio wrote: it repeats telephone numbers. */
export class TwilioError extends Error {
  override name = 'TwilioError';
  constructor(
    message: string,
    /** Whether the same request can never succeed, and was not carried out. */
    readonly final: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const callSchema = z.object({
  sid: callSidSchema,
  status: lineStatusSchema,
  direction: z.string().nullish(),
  /** RFC 2822, to the second. */
  date_created: z.string().nullish(),
});
export type TwilioCall = { callSid: string; status: LineStatus };

/** What a request needs; configuration that is complete. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  from: string;
  publicUrl: string;
  apiUrl: string;
}

/** Throws TwilioError (final) that names what is not set. */
export function twilioAccount(twilio: Config['twilio']): TwilioAccount {
  const { accountSid, authToken, from, publicUrl, apiUrl } = twilio;
  const variables = {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: from,
    ORKESTRA_PUBLIC_URL: publicUrl,
  };
  const missing = Object.entries(variables).filter(([, value]) => !value);
  if (!accountSid || !authToken || !from || !publicUrl) {
    throw new TwilioError(`to place calls, set ${missing.map(([name]) => name).join(', ')}`, true);
  }
  return { accountSid, authToken, from, publicUrl: publicUrl.replace(/\/+$/, ''), apiUrl };
}

/** Places a call. After an error that is not final, it may have been placed all the same. */
export async function createCall(account: TwilioAccount, form: Record<string, string | string[]>) {
  const call = callSchema.parse(await ask(account, 'Calls.json', form));
  return { callSid: call.sid, status: call.status };
}

/** The newest call that was placed to this number since then, ms since the Unix epoch. */
export async function findCall(
  account: TwilioAccount,
  to: string,
  since: number,
): Promise<TwilioCall | undefined> {
  const query = new URLSearchParams({ To: to, From: account.from, PageSize: '20' });
  const { calls } = z.object({ calls: z.array(callSchema) }).parse(await ask(account, `Calls.json?${query}`));
  const found = calls.find(
    ({ direction, date_created: at }) => direction === 'outbound-api' && at && Date.parse(at) >= since,
  );
  return found && { callSid: found.sid, status: found.status };
}

/** Ends a call, ringing or not. One that is over stays so. */
export async function endCall(account: TwilioAccount, callSid: string): Promise<void> {
  await ask(account, `Calls/${callSid}.json`, { Status: 'completed' });
}

/** Posts a form, or gets what is there. */
async function ask(
  { accountSid, authToken, apiUrl }: TwilioAccount,
  path: string,
  form?: Record<string, string | string[]>,
): Promise<unknown> {
  const url = `${apiUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${accountSid}/${path}`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    accept: 'application/json',
  };
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(form && { method: 'POST', body: encode(form) }),
    });
  } catch (error) {
    throw new TwilioError('Twilio could not be asked', false, { cause: error });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const code = z.object({ code: z.number() }).safeParse(body).data?.code;
  // 429: too many at once. Everything else of the 400s will be the same tomorrow.
  const final = response.status >= 400 && response.status < 500 && response.status !== 429;
  throw new TwilioError(
    `Twilio refused with HTTP ${response.status}${code === undefined ? '' : `, error ${code}`}`,
    final,
  );
}

/** A name with several values comes several times, as Twilio wants it. */
const encode = (form: Record<string, string | string[]>) =>
  new URLSearchParams(
    Object.entries(form).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    ),
  );
