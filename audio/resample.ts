/**
 * Streaming conversion of mono 16-bit audio between the rates that callers, recognisers and voices use.
 *
 * A polyphase filter: a windowed sinc, cut off a little below the lower of the two Nyquist rates, tabulated for
 * each of the few fractional offsets that occur. Output sample `n` stands for the same moment as input time
 * `n / to`: nothing is shifted. What is held back instead, until more audio or `flush` comes, is `delayMs`.
 */

export const sampleRates = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/** Zero crossings of the sinc on either side: 3 ms of delay where 8 kHz is the lower rate. */
const CROSSINGS = 24;
/** Share of the lower Nyquist rate that passes: with the window below, flat to 3.4 kHz at 8 kHz. */
const CUTOFF = 0.93;
/** Kaiser window of some 70 dB of rejection. */
const BETA = 7;

export class Resampler {
  /** Audio that is held back until more comes, ms. */
  readonly delayMs: number;
  private readonly filter: Filter | undefined;
  /** The latest input, from half a filter before the next output's centre on. */
  private pending: Float64Array;
  /** Centre of the next output, in input samples from the start of `pending`, and its phase. */
  private centre = 0;
  private phase = 0;
  private taken = 0;
  private given = 0;

  /** Rates in Hz, of `sampleRates`. Throws RangeError on any other. */
  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    for (const rate of [from, to]) {
      if (!(sampleRates as readonly number[]).includes(rate)) {
        throw new RangeError(`can't resample ${rate} Hz; the rates are ${sampleRates.join(', ')}`);
      }
    }
    this.filter = from === to ? undefined : filterFor(from, to);
    this.delayMs = this.filter ? (this.filter.half * 1_000) / from : 0;
    this.pending = new Float64Array(0);
    this.reset();
  }

  /** Takes the next samples; returns those that can be given for them. */
  process(samples: Int16Array): Int16Array {
    if (!this.filter) return samples;
    this.taken += samples.length;
    return this.convolve(this.filter, samples);
  }

  /** Gives what was held back, as if silence followed, and starts afresh. */
  flush(): Int16Array {
    if (!this.filter) return new Int16Array(0);
    const left = Math.ceil((this.taken * this.filter.up) / this.filter.down) - this.given;
    const rest = this.convolve(this.filter, new Int16Array(2 * this.filter.half)).slice(0, left);
    this.reset();
    return rest;
  }

  private reset() {
    const half = this.filter?.half ?? 0;
    this.pending = new Float64Array(half);
    this.centre = half;
    this.phase = 0;
    this.taken = 0;
    this.given = 0;
  }

  private convolve({ up, down, half, taps, phases }: Filter, samples: Int16Array): Int16Array {
    // Reckoned with as they are: a conversion of each sample for each tap costs as much as the rest.
    const input = new Float64Array(this.pending.length + samples.length);
    input.set(this.pending);
    input.set(samples, this.pending.length);
    const room = Math.ceil(((input.length - half - this.centre) * up) / down) + 1;
    const output = new Int16Array(Math.max(0, room));
    let { centre, phase } = this;
    let count = 0;
    for (; centre + half < input.length; count++) {
      const sum = dot(input, centre - half + 1, phases, phase * taps, taps);
      output[count] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
      phase += down;
      centre += Math.floor(phase / up);
      phase %= up;
    }
    const keepFrom = Math.min(input.length, centre - half);
    this.pending = input.slice(keepFrom);
    this.centre = centre - keepFrom;
    this.phase = phase;
    this.given += count;
    return output.subarray(0, count);
  }
}

/** Σ a[i + k] · b[j + k] for k < count, which is even. In two sums: one would wait for itself at each step. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let even = 0;
  let odd = 0;
  for (let k = 0; k < count; k += 2) {
    even += a[i + k]! * b[j + k]!;
    odd += a[i + k + 1]! * b[j + k + 1]!;
  }
  return even + odd;
}

/** A whole recording at another rate, Hz. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to);
  const head = resampler.process(samples);
  const tail = resampler.flush();
  const whole = new Int16Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

interface Filter {
  /** to / from, in lowest terms. */
  up: number;
  down: number;
  /** Input samples on either side of an output's centre. */
  half: number;
  taps: number;
  /** `up` rows of `taps` coefficients. */
  phases: Float64Array;
}

/** Filters are the same for every stream of a pair of rates. */
const filters = new Map<string, Filter>();

function filterFor(from: number, to: number): Filter {
  const key = `${from}-${to}`;
  const filter = filters.get(key) ?? design(from, to);
  filters.set(key, filter);
  return filter;
}

function design(from: number, to: number): Filter {
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor;
  const down = from / divisor;
  // In units of the input's rate: the band that both rates can hold.
  const band = Math.min(1, to / from);
  const half = Math.ceil(CROSSINGS / band);
  const taps = 2 * half;
  const phases = new Float64Array(up * taps);
  for (let phase = 0; phase < up; phase++) {
    const row = phases.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const distance = k - half + 1 - phase / up;
      row[k] = sinc(distance * band * CUTOFF) * kaiser(distance / half);
      sum += row[k]!;
    }
    // Each phase passes a constant unchanged, or a constant would come out as a tone.
    for (let k = 0; k < taps; k++) row[k]! /= sum;
  }
  return { up, down, half, taps, phases };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The Kaiser window at -1…1. */
const kaiser = (x: number) => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA));

/** The modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
