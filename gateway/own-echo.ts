import { type MediaFormat, toSamples } from '../audio/format.ts';

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
  /** Samples with the ms at which the caller hears the first of each; the newest last. */
  private played: { at: number; samples: Float32Array }[] = [];

  constructor(private readonly format: MediaFormat) {}

  /** The caller hears this audio from `at` on, ms since the Unix epoch. */
  onPlayed(audio: Uint8Array, at: number) {
    this.played = this.played.filter((each) => each.at > at - MEMORY_MS - 1_000);
    this.played.push({ at, samples: thinned(toSamples(this.format, audio), this.format.sampleRate) });
  }

  /** Whether these samples, of which the last came in at `until`, are what was played shortly before. */
  isEcho(samples: Int16Array, sampleRate: number, until: number): boolean {
    const heard = brightened(thinned(samples, sampleRate));
    const reach = Math.round(LATEST_MS * perMs);
    const from = until - (heard.length + reach) / perMs;
    const reference = brightened(this.playedSince(from, heard.length + reach));
    return correlation(heard, reference) >= ECHO;
  }

  private playedSince(from: number, length: number): Float32Array {
    const reference = new Float32Array(length);
    for (const { at, samples } of this.played) {
      const offset = Math.round((at - from) * perMs);
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

const energyOf = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0);

/** At 4 kHz; means of neighbours will do, since what they fold back is faint in speech. */
function thinned(samples: Int16Array, sampleRate: number): Float32Array {
  const step = sampleRate / RATE;
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < step; j++) sum += samples[i * step + j]!;
    return sum / step;
  });
}

/** Differences of neighbours: without the low tones, which all voices share. */
const brightened = (samples: Float32Array) =>
  samples.map((sample, i) => sample - 0.9 * (samples[i - 1] ?? 0));
