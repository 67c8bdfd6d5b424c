import { type MediaFormat, toSamples } from '../audio/format.ts';
import { Resampler } from '../audio/resample.ts';
import { now } from '../stream/call-stream.ts';
import type { VadEngine, VadStream } from '../engines/vad/engine.ts';
import { LineNoise } from './line-noise.ts';

/** Where the caller's speech begins and ends. Positions are ms since the caller's first frame. */
export interface VoiceListener {
  /** `at` and `audioMs` are of the first frame that held speech. */
  onStarted(at: number, audioMs: number): void;
  /** `at` and `audioMs` are of the last frame that held speech. */
  onStopped(at: number, audioMs: number): void;
  /** Whether what sounds like the beginning of speech is the bot's own voice; `until` is when its end came in. */
  isEcho?(samples: Int16Array, sampleRate: number, until: number): boolean;
  onError(error: Error): void;
}

/** Probability that begins a stretch of speech, and the lower one that keeps it going. */
const BEGIN = 0.5;
const KEEP = 0.35;
/**
 * A window this much quieter than the loudest one of its stretch holds no speech, whatever the engine says: a
 * power ratio, −40 dB. Silero's probability falls only 60–130 ms after the voice has ended.
 */
const FAINT = 10 ** -4;
/** A window that is as loud as the line's noise counts for half a silent one: babble is speech to the engine. */
const MAYBE_SILENT = 0.5;
/** So much speech, ms, before it counts as begun: a click is shorter. */
const MIN_SPEECH_MS = 96;
/** Windows that wait for the engine: 5 s. What comes on top is not judged. */
const MAX_WAITING = 156;
/** A client that stops sending in mid-speech (muted, or its line cut) has stopped speaking after this, ms more. */
const GAP_MS = 300;
/** Where audio is decoded, of all callers: it is copied from there at once. */
const SCRATCH = new Int16Array(8_192);

/** What is kept of a window of audio once it has been judged. */
interface Window {
  /** When its last sample arrived, ms since the Unix epoch. */
  at: number;
  /** Position of its end. */
  endMs: number;
  power: number;
}

interface Waiting {
  window: Window;
  samples: Int16Array;
}

function powerOf(samples: Int16Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  return power;
}

/** Turns a caller's audio into the beginnings and ends of speech. */
export class VoiceDetector {
  private readonly stream: VadStream;
  private readonly resampler: Resampler | undefined;
  private readonly rate: number;
  private readonly windowMs: number;
  /** Windows of silence that end speech: as near to `stopMs` as whole windows come. */
  private readonly stopWindows: number;
  private readonly waiting: Waiting[] = [];
  /** The samples of windows that have been judged: room for the next ones. */
  private readonly spare: Int16Array[] = [];
  private window: Int16Array;
  private filled = 0;
  private positionMs = 0;
  private judging = false;
  private closed = false;

  private run = 0;
  private first: Window | undefined;
  /** Samples of the run so far. */
  private readonly opening: Int16Array;
  private last: Window | undefined;
  private speaking = false;
  /** Windows of silence so far; half of those that are told from noise no more. */
  private silent = 0;
  /** The latest one, and as many before it as a silence has. */
  private readonly recent: Window[] = [];
  private readonly noise = new LineNoise();
  private loudest = 0;
  /** The loudest window of the stretch before: noise is what is far from a voice that is known. */
  private before = 0;
  private gap: NodeJS.Timeout | undefined;
  private writes = 0;

  /** `stopMs` of silence end a stretch of speech. */
  constructor(
    vad: VadEngine,
    private readonly format: MediaFormat,
    private readonly stopMs: number,
    private readonly listener: VoiceListener,
  ) {
    const rate = format.sampleRate === 8_000 ? 8_000 : 16_000;
    this.rate = rate;
    this.stream = vad.open(rate);
    this.resampler = format.sampleRate > rate ? new Resampler(format.sampleRate, rate) : undefined;
    this.windowMs = (this.stream.windowSamples * 1_000) / rate;
    this.stopWindows = Math.max(1, Math.round(stopMs / this.windowMs));
    this.window = new Int16Array(this.stream.windowSamples);
    this.opening = new Int16Array(Math.ceil(MIN_SPEECH_MS / this.windowMs) * this.window.length);
  }

  /** Takes audio as it came off the socket. */
  write(audio: Uint8Array) {
    const decoded = toSamples(this.format, audio, SCRATCH);
    const samples = this.resampler?.process(decoded) ?? decoded;
    const at = now();
    for (let taken = 0; taken < samples.length;) {
      const part = samples.subarray(taken, taken + this.window.length - this.filled);
      this.window.set(part, this.filled);
      taken += part.length;
      this.filled += part.length;
      if (this.filled === this.window.length) this.complete(at);
    }
    this.writes += 1;
    this.gap?.refresh();
    if (!this.judging) this.judgeWaiting();
  }

  /** Ends speech that is under way, and listens no more. */
  close() {
    this.closed = true;
    this.stopped();
    this.stream.close();
  }

  private complete(at: number) {
    this.positionMs += this.windowMs;
    this.filled = 0;
    if (this.waiting.length >= MAX_WAITING) return;
    const window = { at, endMs: this.positionMs, power: powerOf(this.window) };
    this.waiting.push({ window, samples: this.window });
    this.window = this.spare.pop() ?? new Int16Array(this.window.length);
  }

  private judgeWaiting() {
    this.judging = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const waited = next;
      const probability = this.stream.next(waited.samples);
      if (typeof probability !== 'number') {
        probability.then(
          (later) => this.goOn(() => this.judge(waited, later)),
          (error: Error) => this.goOn(() => this.listener.onError(error)),
        );
        return;
      }
      this.judge(waited, probability);
    }
    this.judging = false;
  }

  private goOn(act: () => void) {
    if (this.closed) return;
    act();
    this.judgeWaiting();
  }

  private judge({ window, samples }: Waiting, probability: number) {
    if (this.closed) return;
    try {
      this.weigh(window, samples, probability);
    } catch (error) {
      this.listener.onError(error as Error);
    }
    this.spare.push(samples);
  }

  private weigh(window: Window, samples: Int16Array, probability: number) {
    this.noise.add(window.power);
    this.recent.push(window);
    if (this.recent.length > this.stopWindows + 1) this.recent.shift();
    if (this.speaking) this.judgeSpeech(window, probability);
    else if (probability < (this.run === 0 ? BEGIN : KEEP) || this.noise.isAllThereIs(this.before))
      this.run = 0;
    else {
      if (this.run === 0) this.begin(window);
      this.opening.set(samples, this.run++ * samples.length);
      this.loudest = Math.max(this.loudest, window.power);
      if (this.run * this.windowMs < MIN_SPEECH_MS) return;
      // An echo is looked at again and again: the caller may begin to speak over it.
      if (this.isEcho(window)) this.run = 0;
      else this.started(window);
    }
  }

  private judgeSpeech(window: Window, probability: number) {
    const { power } = window;
    this.loudest = Math.max(this.loudest, power);
    const isVoice = probability >= KEEP && power >= this.loudest * FAINT;
    if (isVoice && !this.noise.isAllThereIs(this.loudest)) {
      this.last = window;
      this.silent = 0;
    } else {
      this.silent += isVoice ? MAYBE_SILENT : 1;
      if (this.silent < this.stopWindows) return;
      this.last = this.recent[0]!;
      this.stopped();
    }
  }

  private isEcho({ at }: Window): boolean {
    return this.listener.isEcho?.(this.opening, this.rate, at) ?? false;
  }

  private begin(window: Window) {
    this.first = window;
    this.loudest = 0;
  }

  private started(window: Window) {
    this.speaking = true;
    this.silent = 0;
    this.last = window;
    this.gap = setTimeout(() => this.onGap(), this.stopMs + GAP_MS);
    this.listener.onStarted(this.first!.at, this.first!.endMs - this.windowMs);
  }

  /** After a process has stood still, timers come before the audio that waits on the sockets: that is read first. */
  private onGap() {
    const { writes } = this;
    setImmediate(() => {
      if (this.writes === writes) this.stopped();
    });
  }

  private stopped() {
    if (!this.speaking) return;
    this.speaking = false;
    this.before = this.loudest;
    this.run = 0;
    clearTimeout(this.gap);
    this.gap = undefined;
    this.listener.onStopped(this.last!.at, this.last!.endMs);
  }
}
