import { readFileSync } from 'node:fs';
import { resample } from '../../audio/resample.ts';
import { readWav } from '../../audio/wav.ts';

/** One of test/recordings, such as `loan`, at a rate in Hz. */
export function recording(name: string, sampleRate: number): Int16Array {
  const file = readFileSync(new URL(`../recordings/${name}.wav`, import.meta.url));
  const { samples, sampleRate: recorded } = readWav(file);
  return resample(samples, recorded, sampleRate);
}

/** One of test/turns' short remarks, such as `held-out/request-hold-on-afsarah`, with its rate in Hz. */
export function remark(name: string): [samples: Int16Array, sampleRate: number] {
  const { samples, sampleRate } = readWav(readFileSync(new URL(`../turns/${name}.wav`, import.meta.url)));
  return [samples, sampleRate];
}

export function joined(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Audio as a socket brings it: `ms` at a time. */
export function* frames(samples: Int16Array, sampleRate: number, ms: number): Generator<Int16Array> {
  const size = (sampleRate * ms) / 1_000;
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

/** Steady noise, the same each time; amplitude of 32,767. */
export function noise(length: number, amplitude: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (amplitude * state) / 2 ** 31;
  });
}

export const loudness = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
