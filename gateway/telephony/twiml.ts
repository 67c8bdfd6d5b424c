import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/**
 * What Twilio is told to do with a telephone call (https://www.twilio.com/docs/voice/twiml). All of it is built by
 * Twilio's own library, which escapes what goes in; control characters, which XML has no escape for, are dropped.
 */

/** How long a person's telephone rings, s. */
const RING_SECONDS = 30;

export const nobodyFree =
  'I am sorry, nobody can take your call right now. Please call again later. Goodbye.';
export const outOfOrder = 'I am sorry, we have a technical problem. Please call again later. Goodbye.';

/**
 * Talks with the bot. What stands after the stream is done when the stream has ended: dropped on the way, or closed
 * because the call is over or goes to a person. The webhook then says which.
 */
export function talkToBot(
  streamUrl: string,
  parameters: Record<string, string>,
  nextUrl: string,
  pauseSeconds: number,
): string {
  const response = new VoiceResponse();
  if (pauseSeconds > 0) response.pause({ length: pauseSeconds });
  const stream = response.connect().stream({ url: streamUrl });
  for (const [name, value] of Object.entries(parameters)) stream.parameter({ name, value: printable(value) });
  response.redirect({ method: 'POST' }, nextUrl);
  return response.toString();
}

/**
 * Does not take the call: the caller hears the network's busy tone at once and nothing is charged, and an exchange before
 * us can send them elsewhere. Only a call that has not been taken can be rejected.
 */
export function busyTone(): string {
  const response = new VoiceResponse();
  response.reject({ reason: 'busy' });
  return response.toString();
}

/** Asks again a little later: what is to be done is not known now. */
export function askAgain(url: string, pauseSeconds: number): string {
  const response = new VoiceResponse();
  response.pause({ length: pauseSeconds });
  response.redirect({ method: 'POST' }, url);
  return response.toString();
}

/** Puts the caller through to a person, who hears what `whisperUrl` answers before the caller does. */
export function putThrough(number: string, callerId: string | undefined, whisperUrl: string, action: string) {
  const response = new VoiceResponse();
  const dial = response.dial({ action, method: 'POST', timeout: RING_SECONDS, callerId });
  dial.number({ url: whisperUrl, method: 'POST' }, number);
  return response.toString();
}

/** Says something and goes on: to the other party, or to the end of the call. */
export function say(text: string): string {
  const response = new VoiceResponse();
  response.say(printable(text));
  return response.toString();
}

export function hangUp(text?: string): string {
  const response = new VoiceResponse();
  if (text) response.say(text);
  response.hangup();
  return response.toString();
}

const printable = (text: string) => text.replace(/[^\P{C}\n]/gu, ' ');
