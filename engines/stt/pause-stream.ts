import { EngineError } from '../error.ts';
import type { SttOptions, SttStream, Transcript } from './engine.ts';
import { SpeechAudio } from './speech-audio.ts';

/** Hz. */
export const RATE = 16_000;
/** A pause after which what was said so far is sent: the turn may be over, and its transcript is then on its way. */
const PAUSE = 0.12 * RATE;
/** What one stream may hold: five minutes. What comes after goes unheard. */
const LONGEST_STREAM = 300 * RATE;

/** Turns audio into words, in one request. Throws EngineError, or the signal's reason. */
export type Transcribe = (samples: Int16Array, language: string, signal: AbortSignal) => Promise<string>;

/** A request with all the audio before `upTo`. */
interface Hearing {
  upTo: number;
  text: Promise<string>;
}

/**
 * One turn's audio for a recogniser that takes whole utterances and charges for each: sent in pauses and when the
 * transcript is asked for, never in between.
 */
export class PauseStream implements SttStream {
  private readonly audio = new SpeechAudio();
  private readonly over = new AbortController();
  private hearing: Hearing | undefined;
  private lastPartial = '';

  constructor(
    private readonly transcribe: Transcribe,
    private readonly options: SttOptions,
  ) {}

  write(samples: Int16Array) {
    if (this.over.signal.aborted || this.audio.length + samples.length > LONGEST_STREAM) return;
    this.audio.write(samples);
    const { length } = this.audio;
    const pausing = length > PAUSE && this.audio.isQuietFrom(length - PAUSE);
    if (!pausing || this.isHeard() || this.audio.isQuietFrom(0)) return;
    this.hear().text.then(this.tell, () => undefined);
  }

  async finalize(): Promise<Transcript> {
    if (this.over.signal.aborted) throw closedError();
    const { text } = this.isHeard() ? this.hearing! : this.hear();
    const words = await text;
    if (this.over.signal.aborted) throw closedError();
    return { text: words };
  }

  close() {
    this.over.abort(closedError());
  }

  /** Whether only a pause has come since the latest request. */
  private isHeard(): boolean {
    return this.hearing !== undefined && this.audio.isQuietFrom(this.hearing.upTo);
  }

  private readonly tell = (text: string) => {
    if (this.over.signal.aborted || text === '' || text === this.lastPartial) return;
    this.lastPartial = text;
    this.options.onPartial(text);
  };

  private hear(): Hearing {
    const text = this.transcribe(this.audio.copy(), this.options.language, this.over.signal);
    const hearing = { upTo: this.audio.length, text };
    this.hearing = hearing;
    // A request that failed is made again when the transcript is asked for once more.
    text.catch(() => {
      if (this.hearing === hearing) this.hearing = undefined;
    });
    return hearing;
  }
}

const closedError = () => new EngineError('openai', 'the stream was closed', { retryable: false });
