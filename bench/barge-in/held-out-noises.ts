import { numbers, type Sound } from './sounds.ts';

const RATE = 8_000;

/** A kind of noise: what it is, and a new one of it, as samples between −1 and 1. */
type Make = (random: () => number) => Float64Array;

/**
 * Noises that nothing was tuned on, made in another way than those of `sounds.ts`: of a voice without words (throats,
 * hums, laughs, voiced coughs), of breath, and of things. The same ones each time.
 */
export function heldOutNoises(): Sound[] {
  const random = numbers(23);
  return Object.entries(KINDS).flatMap(([kind, make]) =>
    Array.from({ length: 6 }, (_, i) => ({
      name: `${kind} (${i})`,
      samples: atLevel(make(random), 4_000 + random() * 8_000),
    })),
  );
}

const KINDS: Record<string, Make> = {
  'voiced cough': (random) =>
    joined(
      Array.from({ length: 1 + Math.floor(random() * 2) }, () => [
        shaped(noise(random, 30 + random() * 30), 5),
        shaped(voice(random, 90 + random() * 90, 110 + random() * 90, 0.5), 30),
        silence(60 + random() * 80),
      ]).flat(),
    ),
  'throat cleared': (random) => shaped(voice(random, 250 + random() * 300, 70 + random() * 40, 0.7), 40),
  hum: (random) => shaped(voice(random, 200 + random() * 350, 100 + random() * 120, 0.02, [250, 1_000]), 60),
  laugh: (random) => {
    const pitch = 140 + random() * 120;
    return joined(
      Array.from({ length: 2 + Math.floor(random() * 3) }, () => [
        shaped(noise(random, 40 + random() * 30), 10),
        shaped(voice(random, 70 + random() * 40, pitch, 0.2), 15),
        silence(30 + random() * 30),
      ]).flat(),
    );
  },
  sneeze: (random) =>
    joined([shaped(voice(random, 120, 180, 0.4), 60), shaped(noise(random, 180 + random() * 150), 10)]),
  sigh: (random) => shaped(lowPassed(noise(random, 400 + random() * 500), 0.75), 150),
  'knock on a table': (random) =>
    shaped(tone([90 + random() * 80, 210 + random() * 120], 80 + random() * 60), 1),
  'clink of a cup': (random) =>
    shaped(tone([1_900 + random() * 900, 3_100 + random() * 500], 150 + random() * 200), 1),
};

const samplesIn = (ms: number) => Math.round((ms * RATE) / 1_000);
const silence = (ms: number) => new Float64Array(samplesIn(ms));
const noise = (random: () => number, ms: number) =>
  Float64Array.from({ length: samplesIn(ms) }, () => random() * 2 - 1);

/** Pulses of vocal folds, irregular by `rough` (0–1), through the resonances of a mouth. */
function voice(
  random: () => number,
  ms: number,
  pitch: number,
  rough: number,
  formants = [400 + random() * 400, 1_000 + random() * 800],
): Float64Array {
  const source = new Float64Array(samplesIn(ms));
  const falling = 0.75 + random() * 0.2;
  for (let at = 0; at < source.length;) {
    source[Math.floor(at)] = 1 - rough * random() * 0.6;
    const pitchHere = pitch * (1 - (1 - falling) * (at / source.length));
    at += (RATE / pitchHere) * (1 + rough * (random() - 0.5) * 0.5);
  }
  for (let i = 0; i < source.length; i++) source[i]! += (random() - 0.5) * 0.1 * rough;
  return formants.reduce(resonated, source);
}

function resonated(source: Float64Array, hertz: number): Float64Array {
  const radius = Math.exp((-Math.PI * 90) / RATE);
  const cosine = 2 * radius * Math.cos((2 * Math.PI * hertz) / RATE);
  let [last, before] = [0, 0];
  return source.map((sample) => {
    [last, before] = [sample + cosine * last - radius ** 2 * before, last];
    return last;
  });
}

const tone = (hertz: number[], ms: number) =>
  Float64Array.from({ length: samplesIn(ms) }, (_, i) =>
    hertz.reduce((sum, each) => sum + Math.sin((2 * Math.PI * each * i) / RATE), 0),
  );

function lowPassed(source: Float64Array, keep: number): Float64Array {
  let last = 0;
  return source.map((sample) => (last = keep * last + (1 - keep) * sample));
}

/** Begins within `attackMs`, then dies away. */
function shaped(source: Float64Array, attackMs: number): Float64Array {
  const attack = Math.max(1, samplesIn(attackMs));
  return source.map((sample, i) => sample * Math.min(1, i / attack) * Math.exp((-3 * i) / source.length));
}

function joined(parts: Float64Array[]): Float64Array {
  return Float64Array.from(
    parts.flatMap((part) => {
      const peak = peakOf(part);
      return Array.from(part, (sample) => (peak === 0 ? 0 : sample / peak));
    }),
  );
}

const peakOf = (samples: Float64Array) =>
  samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

function atLevel(samples: Float64Array, amplitude: number): Int16Array {
  const peak = peakOf(samples);
  return Int16Array.from(samples, (sample) => (sample / peak) * amplitude);
}
