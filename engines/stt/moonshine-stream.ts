import { EngineError } from '../error.ts';
import type { SttOptions, SttStream, Transcript } from './engine.ts';
import { SpeechAudio } from './speech-audio.ts';

/** Samples a second that the recogniser takes. */
export const RATE = 16_000;
const ms = (value: number) => (value * RATE) / 1_000;

/** sherpa-onnx's Moonshine fails on more than 384 frames of 384 samples, 9.2 s (measured). */
const LONGEST_SEGMENT = ms(9_000);
/** A longer utterance is cut at the quietest place from here on. */
const SHORTEST_SEGMENT = ms(4_000);
/** What one stream may hold: five minutes. What comes after goes unheard. */
const LONGEST_STREAM = ms(300_000);
/** New audio after which the words so far are recognised. */
const PARTIAL_EVERY = ms(600);
/** A pause after which they are too: the turn may be over, and its transcript is then ready when it is asked for. */
const PAUSE = ms(120);

/** Recognises a segment. Urgent ones go first. */
export type Recognise = (job: { urgent: boolean; signal?: AbortSignal }, work: Work) => Promise<string>;
/** What to do once it is this stream's turn, given the means to decode. */
export type Work = (decode: (samples: Int16Array) => Promise<string>) => Promise<string>;

/** The logarithm of the odds that this is a sign of listening. */
export type JudgeSound = (samples: Int16Array) => Promise<number>;

/** A recognition of all the audio before `upTo`. */
interface Hearing {
  upTo: number;
  text: Promise<string>;
}

interface Segment {
  /** Undefined once it has been recognised. */
  samples: Int16Array | undefined;
  text: string;
}

/**
 * One turn's audio. Moonshine recognises whole utterances, so a partial is a recognition of all there is. Long
 * ones are cut into segments, each recognised for good once.
 */
export class MoonshineStream implements SttStream {
  private readonly segments: Segment[] = [];
  private readonly audio = new SpeechAudio();
  /** Samples before `audio`: those of `segments`. */
  private cut = 0;
  /** The latest one that began or was asked for. */
  private hearing: Hearing | undefined;
  /** Takes the partial that waits out of the queue; set while there is one, or one runs. */
  private partial: AbortController | undefined;
  private lastPartial = '';
  private closed = false;

  constructor(
    private readonly recognise: Recognise,
    private readonly options: SttOptions,
    private readonly judgeSound?: JudgeSound,
  ) {}

  write(samples: Int16Array) {
    if (this.closed || this.end + samples.length > LONGEST_STREAM) return;
    this.audio.write(samples);
    while (this.audio.length > LONGEST_SEGMENT) {
      const head = this.audio.cutAtQuietest(SHORTEST_SEGMENT, LONGEST_SEGMENT);
      this.segments.push({ samples: head, text: '' });
      this.cut += head.length;
    }
    this.recogniseAhead();
  }

  async finalize(): Promise<Transcript> {
    if (this.closed) throw closedError();
    this.partial?.abort(new Error('the final transcript was asked for'));
    if (!this.hearing || !this.isCurrent(this.hearing)) this.hearing = this.hear(true);
    const text = await this.hearing.text;
    if (this.closed) throw closedError();
    return { text };
  }

  async listeningOdds(): Promise<number | undefined> {
    return this.closed ? undefined : this.judgeSound?.(this.audio.copy());
  }

  close() {
    this.closed = true;
    this.partial?.abort(closedError());
    this.segments.length = 0;
  }

  private get end() {
    return this.cut + this.audio.length;
  }

  /** Whether only a pause has come since. */
  private isCurrent(hearing: Hearing): boolean {
    return hearing.upTo >= this.cut && this.audio.isQuietFrom(hearing.upTo - this.cut);
  }

  /** Starts a partial if there is none and enough has been said, or a pause has begun. */
  private recogniseAhead() {
    if (this.partial || (this.hearing && this.isCurrent(this.hearing))) return;
    const fresh = this.end - (this.hearing?.upTo ?? 0);
    const pausing = this.audio.length > PAUSE && this.audio.isQuietFrom(this.audio.length - PAUSE);
    if (fresh < PARTIAL_EVERY && !pausing) return;
    if (this.cut === 0 && this.audio.isQuietFrom(0)) return;
    this.partial = new AbortController();
    this.hear(false, this.partial.signal)
      .text.then(this.tell, () => undefined)
      .finally(() => {
        this.partial = undefined;
        if (!this.closed) this.recogniseAhead();
      });
  }

  private readonly tell = (text: string) => {
    if (this.closed || text === '' || text === this.lastPartial) return;
    this.lastPartial = text;
    this.options.onPartial(text);
  };

  private hear(urgent: boolean, signal?: AbortSignal): Hearing {
    const hearing: Hearing = { upTo: this.end, text: Promise.resolve('') };
    hearing.text = this.recognise({ urgent, signal }, async (decode) => {
      // What has come while it waited is heard too.
      hearing.upTo = this.end;
      this.hearing = hearing;
      const segments = [...this.segments];
      const rest = this.audio.copy();
      for (const segment of segments) {
        if (!segment.samples) continue;
        segment.text = await decode(segment.samples);
        segment.samples = undefined;
      }
      const texts = [...segments.map(({ text }) => text), await decode(rest)];
      return texts.filter((text) => text !== '').join(' ');
    });
    hearing.text.catch(() => {
      if (this.hearing === hearing) this.hearing = undefined;
    });
    return hearing;
  }
}

const closedError = () => new EngineError('moonshine', 'the stream was closed', { retryable: false });
