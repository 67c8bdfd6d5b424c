import { bytesPerMs, type MediaFormat, toSamples } from '../audio/format.ts';

/** Hz at which voices are compared: enough to tell them apart, and little to reckon with. */
const RATE = 4_000;
const perMs = RATE / 1_000;
/** From when the bot's audio should be heard until its echo is back, ms: the network both ways, and the room. */
const LATEST_MS = 700;
/** What was played is remembered for this, ms: the latest echo, and the stretch that is compared. */
const MEMORY_MS = 1_200;
/**
 * Correlation from here on is an echo. Over 96 ms each of speech that had nothing to do with each other it was 0.5 at
 * most (99 % of 319 stretches); of the bot's voice 20–30 dB down, through μ-law, more than 0.6 (95 % of 262).
 */
const ECHO = 0.6;

/** Knows the bot's own voice when it comes back from the caller's side. */
export class OwnEcho {
  /** Audio with the ms at which the caller hears the first of each; the newest last. */
  private played: { at: number; audio: Uint8Array; samples?: Float32Array }[] = [];

  constructor(private readonly format: MediaFormat) {}

  /** The caller hears this audio from `at` on, ms since the Unix epoch. */
  onPlayed(audio: Uint8Array, at: number) {
    this.played = this.played.filter((each) => each.at > at - MEMORY_MS - 1_000);
    this.played.push({ at, audio });
  }

  /** Whether these samples, of which the last came in at `until`, are what was played shortly before. */
  isEcho(samples: Int16Array, sampleRate: number, until: number): boolean {
    const length = Math.floor((samples.length * RATE) / sampleRate) + Math.round(LATEST_MS * perMs);
    const reference = this.playedSince(until - length / perMs, length);
    if (!reference) return false;
    return correlation(brightened(thinned(samples, sampleRate)), brightened(reference)) >= ECHO;
  }

  /** Undefined where nothing was. */
  private playedSince(from: number, length: number): Float32Array | undefined {
    const { format } = this;
    const bytesInMs = bytesPerMs(format);
    const heard = this.played.filter(
      ({ at, audio }) => at < from + length / perMs && at + audio.length / bytesInMs > from,
    );
    if (heard.length === 0) return undefined;
    const reference = new Float32Array(length);
    for (const each of heard) {
      const samples = (each.samples ??= thinned(toSamples(format, each.audio), format.sampleRate));
      const offset = Math.round((each.at - from) * perMs);
      for (let i = Math.max(0, -offset); i < samples.length && offset + i < length; i++) {
        reference[offset + i] = samples[i]!;
      }
    }
    return reference;
  }
}

/** The highest normalised correlation of `needle` with any stretch of `hay`, 0–1. */
export function correlation(needle: Float32Array, hay: Float32Array): number {
  const length = needle.length;
  const own = energyOf(needle);
  let energy = energyOf(hay.subarray(0, length));
  let best = 0;
  for (let lag = 0; lag + length <= hay.length; lag++) {
    if (energy > own * 1e-3) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += needle[i]! * hay[lag + i]!;
      best = Math.max(best, Math.abs(sum) / Math.sqrt(own * energy));
    }
    energy += (hay[lag + length] ?? 0) ** 2 - hay[lag]! ** 2;
  }
  return best;
}

function energyOf(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return energy;
}

/** At 4 kHz; means of neighbours will do, since what they fold back is faint in speech. */
function thinned(samples: Int16Array, sampleRate: number): Float32Array {
  const step = sampleRate / RATE;
  const thin = new Float32Array(Math.floor(samples.length / step));
  for (let i = 0; i < thin.length; i++) {
    let sum = 0;
    for (let j = 0; j < step; j++) sum += samples[i * step + j]!;
    thin[i] = sum / step;
  }
  return thin;
}

/** Differences of neighbours: without the low tones, which all voices share. */
function brightened(samples: Float32Array): Float32Array {
  const bright = new Float32Array(samples.length);
  for (let i = 0; i < bright.length; i++) bright[i] = samples[i]! - 0.9 * (samples[i - 1] ?? 0);
  return bright;
}
