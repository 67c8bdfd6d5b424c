import { type Line, mostAttempts, mostCalls, mostLines } from '../script.ts';

/**
 * A line as sound: eight tones, the first of which says that a line begins, the last a sum of those between. Said
 * twice in a row, since a caller speaks for a second or so.
 */

const TONE_MS = 40;
const GAP_MS = 20;
const COPIES = 2;
/** Hz; the marker of the beginning is the tone after the last digit's. */
const frequencyOf = (digit: number) => 600 + 100 * digit;
const MARKER = 16;
const AMPLITUDE = 9_000;

/** Of one line, ms. */
export const lineMs = COPIES * 8 * (TONE_MS + GAP_MS);

const digitsOf = ({ call, line, attempt }: Line) => {
  const digits = [call >> 8, call >> 4, call, line >> 4, line, attempt].map((digit) => digit & 0xf);
  return [...digits, sumOf(digits)];
};

const sumOf = (digits: readonly number[]) =>
  digits.reduce((sum, digit, i) => sum + (i + 1) * (digit + 1), 0) & 0xf;

/** The line as samples. Throws a RangeError where its numbers are too large. */
export function soundOf(line: Line, sampleRate: number): Int16Array {
  if (line.call > mostCalls || line.line > mostLines || line.attempt > mostAttempts) {
    throw new RangeError('there is no code for so many calls, lines or attempts');
  }
  const code = [MARKER, ...digitsOf(line)];
  const tones = Array.from({ length: COPIES }, () => code).flat();
  const [toneSamples, stepSamples] = [TONE_MS, TONE_MS + GAP_MS].map((ms) => (ms * sampleRate) / 1_000);
  const sound = new Int16Array(tones.length * stepSamples!);
  for (const [place, tone] of tones.entries()) {
    const step = (2 * Math.PI * frequencyOf(tone)) / sampleRate;
    for (let i = 0; i < toneSamples!; i++) sound[place * stepSamples! + i] = AMPLITUDE * Math.sin(step * i);
  }
  return sound;
}

/** A hop of the search for tones, ms, and how loud one is at the least, RMS. */
const HOP_MS = 5;
const LOUD = AMPLITUDE / 6;

/** The lines in a stretch of sound, each once, in order. */
export function linesIn(sound: Int16Array, sampleRate: number): Line[] {
  const digits = burstsOf(sound, sampleRate).map((burst) => toneOf(burst, sampleRate));
  const found = new Map<string, Line>();
  for (let i = 0; i + 8 <= digits.length; i++) {
    if (digits[i] !== MARKER) continue;
    const code = digits.slice(i + 1, i + 8);
    if (code.includes(MARKER) || code[6] !== sumOf(code.slice(0, 6))) continue;
    const [a, b, c, d, e, attempt] = code as [number, number, number, number, number, number];
    const line = { call: (a << 8) | (b << 4) | c, line: (d << 4) | e, attempt };
    found.set(JSON.stringify(line), line);
  }
  return [...found.values()];
}

function burstsOf(sound: Int16Array, sampleRate: number): Int16Array[] {
  const hop = (HOP_MS * sampleRate) / 1_000;
  const bursts: Int16Array[] = [];
  let start: number | undefined;
  for (let at = 0; at <= sound.length; at += hop) {
    const loud = rms(sound.subarray(at, at + hop)) > LOUD;
    if (loud) start ??= at;
    else if (start !== undefined) {
      if (at - start > 2 * hop) bursts.push(sound.subarray(start, at));
      start = undefined;
    }
  }
  return bursts;
}

function rms(samples: Int16Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(power / samples.length);
}

/** The tone with the most power, by Goertzel's algorithm. */
function toneOf(burst: Int16Array, sampleRate: number): number {
  let [loudest, best] = [0, -1];
  for (let tone = 0; tone <= MARKER; tone++) {
    const factor = 2 * Math.cos((2 * Math.PI * frequencyOf(tone)) / sampleRate);
    let [one, two] = [0, 0];
    for (const sample of burst) [one, two] = [sample + factor * one - two, one];
    const power = one * one + two * two - factor * one * two;
    if (power > loudest) [loudest, best] = [power, tone];
  }
  return best;
}
