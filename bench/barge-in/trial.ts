import { fromSamples } from '../../audio/format.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { CallEvent, CallEventType, EventOf } from '../../stream/events.ts';
import type { StreamHub } from '../../stream/hub.ts';
import { countWords, wordsAt } from './heard-accuracy.ts';
import { type Echo, type Heard, Phone } from './phone.ts';
import type { Sound } from './sounds.ts';
import type { TimedSentence } from './timed-voice.ts';

export const kinds = [
  'interruption',
  'backchannel',
  'noise',
  'echo',
  'backchannel, held out',
  'noise, held out',
  'short request, held out',
  'backchannel, new voices',
  'noise, new kinds',
  'short request, new voices',
] as const;
export type Kind = (typeof kinds)[number];

/** Whether the bot has to stop for a sound of this kind. */
export const isTurn = (kind: Kind) => kind === 'interruption' || kind.startsWith('short request');

/** Something that happens while the bot speaks. */
export interface Trial {
  kind: Kind;
  sound?: Sound;
  echo?: Echo;
  /** How far into the bot's sentence the sound begins, 0–1. */
  at: number;
}

export interface Outcome {
  trial: Trial;
  marks: boolean;
  stopped: boolean;
  pauses: number;
  verdicts: string[];
  /** From the sound's first frame to the clear, and to the first silent frame, at the phone. */
  clearMs: number | undefined;
  silentMs: number | undefined;
  /** Words that the call has as heard, less those that the phone played. */
  wordsOff: number;
  sentence: TimedSentence;
  /** Of an utterance that was paused and resumed. */
  again: Heard | undefined;
}

const FORMAT = { encoding: 'mulaw', sampleRate: 8_000 } as const;
const CHUNK = 8_000;
/** For what follows from a trial to come to its end, ms. */
const LIMIT_MS = 20_000;
/** The line is quiet when nothing has happened for so long, ms. */
const QUIET_MS = 800;

/** One call in which trials are made one after the other. */
export class TrialCall {
  private readonly events: CallEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private count = 0;

  private constructor(
    private readonly stream: CallStream,
    private readonly phone: Phone,
    private readonly marks: boolean,
  ) {}

  static async open(url: string, hub: StreamHub, session: string, marks: boolean): Promise<TrialCall> {
    const stream = new CallStream(hub, session);
    const settings = { 'set.cache': 'false', 'set.idlePromptMs': '120000' };
    const phone = await Phone.dial(url, session, marks, { session, ...settings });
    const call = new TrialCall(stream, phone, marks);
    await stream.onEvents('0', (event) => {
      call.events.push(event);
      for (const check of call.waiting) check();
    });
    await call.event('playback.ended', ({ utterance }) => utterance === 'greeting');
    return call;
  }

  /**
   * Lets the bot say the sentence, makes the sound, and sees what comes of it. Undefined where the bot never came to
   * say it: what a caller had said before was still going on.
   */
  async run(trial: Trial, sentence: TimedSentence): Promise<Outcome | undefined> {
    const utterance = `trial-${++this.count}`;
    const audio = Buffer.from(fromSamples(FORMAT, sentence.samples));
    const before = this.events.length;
    this.phone.expect(audio);
    this.phone.echo = trial.echo;
    await this.say(utterance, sentence.text, audio);
    const isIt = (event: { utterance: string }) => event.utterance === utterance;
    await Promise.race([this.event('playback.started', isIt), this.event('playback.ended', isIt)]);
    if (!this.events.some((event) => event.type === 'playback.started' && isIt(event))) return undefined;
    await new Promise((resolve) => setTimeout(resolve, (trial.at * audio.length) / 8));
    if (trial.sound) this.phone.make(trial.sound);
    const ended = await this.event('playback.ended', isIt);
    const { heardBytes, heardAgain } = this.phone;
    this.phone.echo = undefined;
    if (ended.interrupted) await this.untilAnswered(before);
    await this.untilQuiet();
    const since = this.events.slice(before);
    const { soundAt = 0, clearAt, silentAt } = this.phone.falling ?? {};
    return {
      trial,
      marks: this.marks,
      stopped: ended.interrupted,
      pauses: since.filter(({ type }) => type === 'playback.paused').length,
      verdicts: since.flatMap((event) =>
        event.type === 'turn.ignored'
          ? [`${event.reason}: ${event.text}`]
          : event.type === 'turn.final'
            ? [`turn: ${event.text}`]
            : [],
      ),
      clearMs: clearAt === undefined ? undefined : clearAt - soundAt,
      silentMs: clearAt === undefined || silentAt === undefined ? undefined : silentAt - soundAt,
      wordsOff: countWords(ended.heard) - wordsAt(sentence, heardBytes / 8),
      sentence,
      again: ended.interrupted ? undefined : heardAgain,
    };
  }

  close() {
    this.phone.hangUp();
  }

  private async say(utterance: string, text: string, audio: Buffer) {
    const parts = Math.ceil(audio.length / CHUNK);
    await this.stream.sendOut(
      Array.from({ length: parts }, (_, i) => ({
        header: {
          utterance,
          attempt: 1,
          sentence: 0,
          text: i === 0 ? text : undefined,
          lastOfSentence: i === parts - 1,
          lastOfUtterance: i === parts - 1,
          format: FORMAT,
        },
        audio: audio.subarray(i * CHUNK, (i + 1) * CHUNK),
      })),
    );
  }

  /** The caller's words have been answered, if there were any: the line is quiet again. */
  private async untilAnswered(since: number) {
    const later = <T extends CallEventType>(type: T) =>
      this.events.slice(since).findLast((event): event is EventOf<T> => event.type === type);
    await this.until(() => {
      if (later('turn.ignored')) return true;
      const final = later('turn.final');
      return final !== undefined && later('playback.ended')?.utterance === `reply-${final.turn}`;
    }).catch(() => undefined);
  }

  private async untilQuiet() {
    for (let count = -1; count !== this.events.length;) {
      count = this.events.length;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
  }

  private async event<T extends CallEventType>(type: T, fits: (event: EventOf<T>) => boolean) {
    const isIt = (event: CallEvent): event is EventOf<T> => event.type === type && fits(event as EventOf<T>);
    await this.until(() => this.events.some(isIt));
    return this.events.find(isIt)!;
  }

  private lastEvents(): string {
    return this.events
      .slice(-8)
      .map(
        (event) =>
          `${event.type} ${'utterance' in event ? event.utterance : ''} ${Math.round(now() - event.at)} ms ago`,
      )
      .join(', ');
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`nothing came of it in ${LIMIT_MS / 1_000} s; last events: ${this.lastEvents()}`));
      }, LIMIT_MS);
      this.waiting.add(check);
      check();
    });
  }
}
