import type { IncomingMessage } from 'node:http';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Config } from '../../config/schema.ts';

/**
 * Whether Twilio signed the handshake of a media stream, for this account and address. What such a stream says of its
 * call stands in TwiML of this account.
 */
export function isSignedByTwilio(
  request: IncomingMessage,
  { authToken, publicUrl }: Config['twilio'],
): boolean {
  const signature = request.headers['x-twilio-signature'];
  if (!authToken || !publicUrl || typeof signature !== 'string') return false;
  const url = `${publicUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}${request.url}`;
  return validateRequest(authToken, signature, url, {});
}
