import fc from 'fast-check';
import { bytes, json, mutated, text } from '../arbitraries.ts';

/** What a client may send on a media socket, one message after the other. */

const streamSid = 'MZ1';
const sid = `CA${'1'.repeat(32)}`;
const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 };
const payload = Buffer.alloc(160, 0xff).toString('base64');

/** The start of a Twilio stream of this session, in order or not quite. */
export const twilioStart = (session: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(startOf({ callSid: sid, customParameters: { session } })) },
    {
      weight: 2,
      arbitrary: mutated({ callSid: sid, customParameters: { session }, mediaFormat }).map(startOf),
    },
    {
      weight: 1,
      arbitrary: mutated({ session, domain: 'banking', phone: '+14155550123', 'set.speed': '1.1' }).map(
        (customParameters) => startOf({ callSid: sid, customParameters }),
      ),
    },
  );

function startOf(start: object) {
  return { event: 'start', sequenceNumber: '1', streamSid, start: { mediaFormat, ...start } };
}

const media = (track: unknown, chunk: unknown, audio: unknown) => ({
  event: 'media',
  streamSid,
  media: { track, chunk, timestamp: '1', payload: audio },
});
export const twilioMessages = [
  media('inbound', '1', payload),
  { event: 'mark', streamSid, mark: { name: 'any' } },
  { event: 'dtmf', streamSid, dtmf: { track: 'inbound', digit: '5' } },
  { event: 'connected', protocol: 'Call', version: '1.0.0' },
];
export const twilioMessage = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...twilioMessages)
      .chain((one) => mutated<object>(one))
      .map(encoded),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.oneof(json, fc.constant('inbound')),
        fc.oneof(json, fc.nat(9).map(String)),
        fc.oneof(
          json,
          bytes(400).map((audio) => audio.toString('base64')),
        ),
      )
      .map((parts) => encoded(media(...parts))),
  },
  { weight: 1, arbitrary: json.map(encoded) },
  { weight: 1, arbitrary: fc.oneof(text, bytes(400)) },
);

export const pcmStart = (session: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ type: 'start', session, sampleRate: 16_000 }) },
    {
      weight: 3,
      arbitrary: mutated({
        type: 'start',
        session,
        sampleRate: 16_000,
        events: true,
        settings: { speed: 1 },
      }),
    },
  );
const pcmMessages = [
  { type: 'mark', name: 'any' },
  { type: 'digit', digit: '5' },
  { type: 'text', text: 'What are your opening hours?' },
];
export const pcmMessage = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...pcmMessages)
      .chain((one) => mutated<object>(one))
      .map(encoded),
  },
  { weight: 3, arbitrary: bytes(700) },
  { weight: 1, arbitrary: json.map(encoded) },
  { weight: 1, arbitrary: text },
);

export function encoded(message: unknown): string {
  return JSON.stringify(message) ?? 'undefined';
}
