import { ApplicationFailure } from '@temporalio/activity';
import type { Config } from '../config/schema.ts';
import {
  createCall,
  endCall,
  findCall,
  type TwilioAccount,
  twilioAccount,
  TwilioError,
} from '../gateway/telephony/twilio-rest.ts';
import type { DialInput, TelephonyActivities } from './types.ts';

/** How far Twilio's clock may be behind ours, and what its seconds cut off, ms. */
const CLOCKS_MS = 5_000;
/** Twilio's own bounds for how long a telephone rings, s. */
const RING_SECONDS = { least: 5, most: 60 };
/** Of the time that a call waits for its caller, what is left for the stream to connect, s. */
const CONNECT_SECONDS = 5;

/** Activities of the orchestrator that act on telephone lines. */
export function telephonyActivities(twilio: Config['twilio']): TelephonyActivities {
  return {
    dial: (input) =>
      attempt(async () => {
        const account = twilioAccount(twilio);
        const placed = input.again && (await findCall(account, input.phone, input.since - CLOCKS_MS));
        return placed || createCall(account, formOf(input, account));
      }),
    hangUpLine: ({ callSid }) => attempt(() => endCall(twilioAccount(twilio), callSid)),
  };
}

async function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    const { message, final, cause } = error;
    throw ApplicationFailure.create({
      message,
      type: final ? 'TwilioRefused' : 'TwilioUncertain',
      nonRetryable: final,
      cause: cause as Error,
    });
  }
}

function formOf({ session, phone, settings }: DialInput, { from, publicUrl }: TwilioAccount) {
  const to = (path: string) => `${publicUrl}${path}?session=${session}`;
  const patience = Math.floor(settings.connectMs / 1_000) - CONNECT_SECONDS;
  const form: Record<string, string | string[]> = {
    To: phone,
    From: from,
    Url: to('/twilio/voice'),
    Method: 'POST',
    Timeout: `${Math.min(RING_SECONDS.most, Math.max(RING_SECONDS.least, patience))}`,
    StatusCallback: to('/twilio/status'),
    StatusCallbackMethod: 'POST',
    StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  };
  if (settings.answeringMachine === 'ignore') return form;
  return {
    ...form,
    // To leave a message, the machine has to have finished its own.
    MachineDetection: settings.answeringMachine === 'message' ? 'DetectMessageEnd' : 'Enable',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: to('/twilio/amd'),
    AsyncAmdStatusCallbackMethod: 'POST',
  };
}
