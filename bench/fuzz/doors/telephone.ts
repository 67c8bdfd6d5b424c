import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { mutated, text, wellFormed } from '../arbitraries.ts';
import { assertSentence, door, Fault } from '../door.ts';
import type { DoorMaker } from './maker.ts';

const title = 'Twilio: webhooks';
const form = {
  From: '+14155550123',
  To: '+14155550100',
  Direction: 'inbound',
  CallStatus: 'completed',
  AnsweredBy: 'human',
  DialCallStatus: 'completed',
};

const request = fc.record({
  path: fc.constantFrom('voice', 'status', 'status', 'amd', 'whisper', 'transferred', 'else'),
  query: fc.dictionary(
    fc.constantFrom('session', 'again', 'domain', 'set.speed', 'set.x', 'tenant', 'x'),
    text.map((words) => wellFormed(words).slice(0, 300)),
    { maxKeys: 2 },
  ),
  form: mutated(form),
  sid: fc.oneof({ weight: 3, arbitrary: fc.constant('own' as const) }, { weight: 1, arbitrary: text }),
  signature: fc.oneof(
    { weight: 5, arbitrary: fc.constant('right' as const) },
    { weight: 1, arbitrary: text },
  ),
});

/** Signed like Twilio's and not, with forms and addresses of every kind. */
export const telephoneDoor: DoorMaker = {
  title,
  async open({ gateway, env }) {
    const base = gateway.replace(/^ws/, 'http');
    return door({
      name: title,
      share: 20,
      cases: request,
      async attempt({ path, query, form: fields, sid, signature }) {
        const CallSid = sid === 'own' ? `CA${randomBytes(16).toString('hex')}` : sid;
        // What a form carries is text.
        const sent = Object.fromEntries(
          Object.entries({ ...fields, CallSid }).map(([name, value]) => [
            wellFormed(name).slice(0, 300),
            wellFormed(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 3_000),
          ]),
        );
        const search = new URLSearchParams(query).toString();
        const at = `/twilio/${path}${search && `?${search}`}`;
        const right = getExpectedTwilioSignature(
          env.TWILIO_AUTH_TOKEN!,
          `${env.ORKESTRA_PUBLIC_URL}${at}`,
          sent,
        );
        const given =
          signature === 'right' ? right : signature.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
        const response = await fetch(base + at, {
          method: 'POST',
          headers: { 'X-Twilio-Signature': given },
          body: new URLSearchParams(sent),
        });
        const answer = await response.text();
        if (response.status >= 500) throw new Fault(`${response.status}: ${answer}`);
        if (response.ok) {
          if (signature !== 'right' && given !== right) throw new Fault('taken with a wrong signature');
          if (response.status === 200 && !/^<\?xml.*<\/Response>$/s.test(answer))
            throw new Fault(`no TwiML: ${answer}`);
          return 'accepted';
        }
        assertSentence(answer.trim(), [...Object.values(query), ...Object.values(sent)]);
        return 'refused';
      },
    });
  },
};
