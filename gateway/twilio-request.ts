import { callRequestSchema, phoneSchema, sessionIdSchema } from '../call/request.ts';
import { callSettingsPatchSchema } from '../call/settings.ts';
import { callSidSchema } from '../call/telephone.ts';
import { parseJson } from './explain.ts';

/**
 * The call that a Twilio stream asks for. `<Parameter>`s of the TwiML may name a `session` (else the call's SID
 * is it), `tenant`, `domain`, `customer`, `phone`, and settings as `set.KEY`.
 */
export function requestOfStart(callSid: string, parameters: Record<string, string>) {
  const session = sessionIdSchema.safeParse(parameters.session);
  return callRequestSchema.safeParse({
    session: session.success ? session.data : callSid,
    tenant: parameters.tenant,
    domain: parameters.domain,
    customer: parameters.customer,
    phone: parameters.phone ?? callerNumber(parameters),
    origin: 'twilio',
    callSid: callSidSchema.safeParse(callSid).data,
    settings: settingsOf(parameters),
  });
}

/** Twilio's `{{From}}` is no phone number for a withheld one (`anonymous`), a client (`client:…`) or SIP. */
const callerNumber = ({ from, caller }: Record<string, string>) =>
  [from, caller].find((number) => phoneSchema.safeParse(number).success);

function settingsOf(parameters: Record<string, string>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (name.startsWith('set.')) settings[name.slice(4)] = settingOf(name.slice(4), value);
  }
  return settings;
}

/** `"500"` is a number for `endpointingMs` and a word for `voice`: whichever the setting takes. */
function settingOf(key: string, value: string): unknown {
  const schemas: Record<string, { safeParse(value: unknown): { success: boolean } }> =
    callSettingsPatchSchema.shape;
  return schemas[key]?.safeParse(value).success ? value : (parseJson(value) ?? value);
}
