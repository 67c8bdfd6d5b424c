import { resample } from '../../audio/resample.ts';
import { RATE } from './voices.ts';

const STRETCHED = 0.7;
const NOISY = 0.45;
const SNR = { from: 8, to: 30 };
const IN_A_ROOM = 0.35;
const OLD_TELEPHONE = 0.5;
/** Silence, or noise, around the remark, s. */
const BEFORE = 0.55;
const AFTER = 0.8;
/** Babble is so many voices at once. */
const VOICES = 10;
const TELEPHONE = 8_000;

/**
 * A remark as it comes in by telephone at 8 kHz: as tall and as fast a speaker as chance will have it, loud or soft, and in
 * half of the cases with pink noise or babble. `others` are remarks for the babble.
 */
export function overTelephone(
  remark: Int16Array,
  others: readonly Int16Array[],
  random: () => number,
): Int16Array {
  const told = random() < STRETCHED ? stretched(remark, 0.82 + 0.38 * random()) : remark;
  const voice = random() < IN_A_ROOM ? inRoom(told, random) : told;
  const peak = voice.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  const gain = (32_768 * 10 ** (-(3 + 22 * random()) / 20)) / peak;
  const before = Math.round(BEFORE * RATE);
  const line = new Float32Array(before + voice.length + AFTER * RATE);
  for (const [i, sample] of voice.entries()) line[before + i] = sample * gain;
  if (random() < NOISY) {
    const noise =
      random() < 0.5 || others.length === 0
        ? pinkNoise(line.length, random)
        : babble(line.length, others, random);
    const decibels = SNR.from + (SNR.to - SNR.from) * random();
    const level = (gain * rms(voice) * 10 ** (-decibels / 20)) / Math.max(1e-9, rms(noise));
    for (const [i, sample] of noise.entries()) line[i]! += sample * level;
  }
  if (random() < OLD_TELEPHONE) withoutBass(line);
  const samples = Int16Array.from(line, (sample) => Math.max(-32_768, Math.min(32_767, sample)));
  return resample(samples, RATE, TELEPHONE);
}

/** With what the walls throw back: noise that dies away within 0.1–0.5 s, somewhat softer than the voice. */
function inRoom(samples: Int16Array, random: () => number): Int16Array {
  const length = Math.round((0.1 + 0.4 * random()) * RATE);
  const share = 0.1 + 0.5 * random();
  // Walls throw back single sounds, each later one softer: 80 of them are enough for a room.
  const walls = Array.from({ length: 80 }, () => {
    const at = Math.floor(random() * length);
    return { at, level: (random() < 0.5 ? -1 : 1) * share * 0.35 * Math.exp((-6.9 * at) / length) };
  });
  const out = new Float32Array(samples.length + length);
  out.set(samples);
  for (const { at, level } of walls) {
    for (let i = 0; i < samples.length; i++) out[at + i]! += level * samples[i]!;
  }
  const peak = out.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  return Int16Array.from(out, (sample) => (sample / peak) * 16_000);
}

/** As through a handset: nothing below some 300 Hz. */
function withoutBass(samples: Float32Array) {
  const keep = Math.exp((-2 * Math.PI * 300) / RATE);
  let [last, before] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    before = keep * (before + sample - last);
    last = sample;
    samples[i] = before;
  }
}

/** Higher and faster by this factor, lower and slower below 1. */
function stretched(samples: Int16Array, factor: number): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length - 1) / factor) }, (_, i) => {
    const at = Math.floor(i * factor);
    const part = i * factor - at;
    return samples[at]! * (1 - part) + samples[at + 1]! * part;
  });
}

function pinkNoise(length: number, random: () => number): Float32Array {
  const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55];
  const gains = [0.0555, 0.0751, 0.1539, 0.3105, 0.533];
  const states = poles.map(() => 0);
  return Float32Array.from({ length }, () => {
    const white = random() * 2 - 1;
    return states.reduce(
      (sum, state, i) => sum + (states[i] = poles[i]! * state + gains[i]! * white),
      0.5362 * white,
    );
  });
}

function babble(length: number, others: readonly Int16Array[], random: () => number): Float32Array {
  const noise = new Float32Array(length);
  for (let voice = 0; voice < VOICES; voice++) {
    for (let at = -Math.floor(0.5 * RATE * random()); at < length;) {
      const other = others[Math.floor(random() * others.length)]!;
      const level = Math.max(1, rms(other));
      for (const [i, sample] of other.entries()) {
        if (at + i >= 0 && at + i < length) noise[at + i]! += sample / level;
      }
      at += other.length + 1;
    }
  }
  return noise;
}

const rms = (samples: ArrayLike<number>) =>
  Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
