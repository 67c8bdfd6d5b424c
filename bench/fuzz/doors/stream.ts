import fc from 'fast-check';
import { encodeChunk } from '../../../stream/audio-chunk.ts';
import { CallStream } from '../../../stream/call-stream.ts';
import { type CallEvent, eventSchema } from '../../../stream/events.ts';
import type { Listener } from '../../../stream/feed.ts';
import type { StreamHub } from '../../../stream/hub.ts';
import { bytes, json, mutated, text } from '../arbitraries.ts';
import { door, Fault, type Outcome } from '../door.ts';

const format = { encoding: 'mulaw' as const, sampleRate: 8_000 as const };
const events: CallEvent[] = [
  { type: 'caller.connected', at: 1, connection: 'one', format },
  { type: 'speech.stopped', at: 1, audioMs: 1, noticedAt: 1 },
  { type: 'turn.partial', at: 1, turn: 1, attempt: 1, text: 'hello' },
  {
    type: 'turn.final',
    at: 1,
    turn: 1,
    attempt: 1,
    revision: 1,
    text: 'hello',
    speechStartedAt: 1,
    speechEndedAt: 1,
    audioCursor: '0',
    engine: 'any',
  },
  { type: 'reply.sentence', at: 1, turn: 1, attempt: 1, revision: 1, index: 0, text: 'Hello.' },
  { type: 'playback.ended', at: 1, utterance: 'reply-1', interrupted: false, playedMs: 1, heard: 'Hello.' },
  { type: 'call.ended', at: 1, reason: 'over' },
];
const header = {
  utterance: 'reply-1',
  turn: 1,
  revision: 1,
  attempt: 1,
  sentence: 0,
  text: 'Hello.',
  lastOfSentence: true,
  lastOfUtterance: true,
  format,
};

/** Entries of a stream of events, and of one of audio, right ones gone wrong and mere bytes. */
export const eventEntry = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...events)
      .chain(mutated)
      .map(toBytes),
  },
  { weight: 1, arbitrary: json.map(toBytes) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      bytes(60),
      text.map((words) => Buffer.from(words)),
    ),
  },
);
export const audioEntry = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(mutated(header), bytes(40)).map(([head, audio]) => encodeChunk(head, audio)),
  },
  { weight: 1, arbitrary: bytes(80) },
);

function toBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

const entry = fc.oneof(
  eventEntry.map((payload) => ({ stream: 'events' as const, payload })),
  audioEntry.map((payload) => ({ stream: 'out' as const, payload })),
  audioEntry.map((payload) => ({ stream: 'in' as const, payload })),
);

/** A hub that delivers what it is given. */
class OneEntryHub {
  private listener!: Listener;

  follow(_session: string, _stream: string, _from: string, listener: Listener) {
    this.listener = listener;
    return Promise.resolve({ close: () => undefined });
  }

  deliver(payload: Buffer) {
    this.listener({ id: '1-0', payload });
  }
}

export const streamDoor = door({
  name: 'stream: entries of Redis',
  share: 20,
  cases: entry,
  async attempt({ stream, payload }) {
    const hub = new OneEntryHub();
    let bad: Error | undefined;
    const came: unknown[] = [];
    const call = new CallStream(hub as unknown as StreamHub, 'any', (error) => (bad = error));
    if (stream === 'events') await call.onEvents('0', (event) => came.push(event));
    else if (stream === 'in') await call.onAudioIn('0', (chunk) => came.push(chunk));
    else await call.onAudioOut('0', (chunk) => came.push(chunk));
    hub.deliver(payload);
    if (came.length > 1 || (bad && came.length > 0)) throw new Fault('refused and delivered');
    if (stream === 'events' && came[0]) eventSchema.parse(came[0]);
    return (came.length > 0 ? 'accepted' : 'refused') satisfies Outcome;
  },
});
