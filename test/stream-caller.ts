import { CallStream, now } from '../stream/call-stream.ts';
import type { EventOf, MediaFormat } from '../stream/events.ts';
import type { Subscription } from '../stream/feed.ts';
import type { StreamHub } from '../stream/hub.ts';
import { formatKey } from '../stream/keys.ts';

const FORMAT: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };

/** An utterance as it came out of the stream. */
export interface HeardUtterance {
  utterance: string;
  sentences: string[];
  audioBytes: number;
}

/**
 * A caller at the edge of the stream, where the gateway stands: types or speaks, and hears every utterance at once,
 * in no time. For tests of what lies behind the gateway.
 */
export class StreamCaller {
  readonly heard: HeardUtterance[] = [];
  readonly finals: EventOf<'turn.final'>[] = [];
  readonly eager: EventOf<'turn.eager'>[] = [];
  private readonly stream: CallStream;
  private readonly subscriptions: Subscription[] = [];
  private readonly speaking = new Map<string, HeardUtterance>();
  private readonly played = new Set<string>();
  private readonly waiting: { done: () => boolean; resolve: () => void }[] = [];
  private audioMs = 0;
  ended = false;

  constructor(
    private readonly hub: StreamHub,
    private readonly session: string,
  ) {
    this.stream = new CallStream(hub, session);
  }

  async connect() {
    this.subscriptions.push(
      await this.stream.onEvents('0', (event) => {
        if (event.type === 'turn.final') this.finals.push(event);
        if (event.type === 'turn.eager') this.eager.push(event);
        if (event.type === 'call.ended') this.ended = true;
        this.look();
      }),
      await this.stream.onAudioOut('0', ({ header, audio }) => {
        const key = `${header.utterance}/${header.revision ?? ''}`;
        if (this.played.has(header.utterance)) return;
        const one = this.speaking.get(key) ?? { utterance: header.utterance, sentences: [], audioBytes: 0 };
        this.speaking.set(key, one);
        if (header.text) one.sentences[header.sentence] = header.text;
        one.audioBytes += audio.length;
        if (header.lastOfUtterance) void this.play(one, header.turn, header.revision);
      }),
    );
    await this.hub.redis.set(formatKey(this.session), JSON.stringify(FORMAT));
    await this.stream.emit({ type: 'caller.connected', at: now(), connection: 'test', format: FORMAT });
  }

  type = (text: string) => this.stream.emit({ type: 'caller.typed', at: now(), text });

  /** Presses keys of the telephone, one after the other. */
  async press(keys: string) {
    for (const digit of keys) await this.stream.emit({ type: 'caller.digit', at: now(), digit });
  }

  /** Speaks for `ms`; what is said is up to the recogniser. `meanwhile` is over before the voice is. */
  async speak(ms = 400, meanwhile: () => Promise<void> = async () => undefined) {
    const from = this.audioMs;
    this.audioMs += ms;
    await this.stream.emit({ type: 'speech.started', at: now(), audioMs: from });
    await this.stream.sendIn({ audioMs: from, format: FORMAT }, Buffer.alloc(ms * 8, 0x10));
    await meanwhile();
    const at = now();
    await this.stream.emit({ type: 'speech.stopped', at, audioMs: this.audioMs, noticedAt: at });
  }

  hangUp = () =>
    this.stream.emit({ type: 'caller.disconnected', at: now(), connection: 'test', reason: 'hangup' });

  /** Resolves once `done` holds; it is asked again after whatever is heard or said. */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ done, resolve });
      this.look();
    });
  }

  untilHeard = (utterance: string) => this.until(() => this.heard.some((h) => h.utterance === utterance));

  leave() {
    for (const subscription of this.subscriptions) subscription.close();
  }

  private async play(one: HeardUtterance, turn: number | undefined, revision: number | undefined) {
    if (turn !== undefined) {
      await this.until(() => this.finals.some((f) => f.turn === turn && f.revision === revision));
    }
    const { utterance } = one;
    // Like the gateway: what was heard is not said again, whoever sends it once more.
    if (this.played.has(utterance)) return;
    this.played.add(utterance);
    const playedMs = one.audioBytes / 8;
    const heard = one.sentences.join(' ');
    await this.stream.emit({ type: 'playback.started', at: now(), utterance });
    await this.stream.emit({
      type: 'playback.ended',
      at: now(),
      utterance,
      interrupted: false,
      playedMs,
      heard,
    });
    this.heard.push(one);
    this.look();
  }

  private look() {
    const ready = this.waiting.filter(({ done }) => done());
    for (const waiter of ready) {
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  }
}
