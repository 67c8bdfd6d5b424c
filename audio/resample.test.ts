import { describe, expect, test } from 'vitest';
import { resample, Resampler } from './resample.ts';

const tone = (rate: number, hz: number, ms: number, amplitude = 10_000) =>
  Int16Array.from({ length: (rate * ms) / 1_000 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)),
  );

/** dB of `expected` over its difference from `actual`, the first and last 10 ms apart. */
function snr(actual: Int16Array, expected: Int16Array, rate: number): number {
  const edge = Math.ceil(rate / 100);
  let signal = 0;
  let noise = 0;
  for (let i = edge; i < expected.length - edge; i++) {
    signal += expected[i]! ** 2;
    noise += (actual[i]! - expected[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

const power = (samples: Int16Array) => samples.reduce((sum, s) => sum + s * s, 0) / samples.length;

const pairs = [8_000, 16_000, 22_050, 24_000, 48_000].flatMap((from, _, all) =>
  all.filter((to) => to !== from).map((to) => [from, to] as const),
);

describe('resampling', () => {
  test.each(pairs)('a tone at %i Hz is the same tone at %i Hz, in place', (from, to) => {
    for (const hz of [200, 1_000, 3_000]) {
      const actual = resample(tone(from, hz, 400), from, to);
      const expected = tone(to, hz, 400);
      expect(actual.length).toBe(expected.length);
      expect(snr(actual, expected, to)).toBeGreaterThan(60);
    }
  });

  test.each(pairs.filter(([from, to]) => to < from))(
    'from %i to %i Hz what the lower rate cannot hold is gone',
    (from, to) => {
      const above = Math.min(to / 2 + 400, from / 2 - 100);
      const input = tone(from, above, 400);
      const leak = resample(input, from, to);
      const middle = leak.subarray(to / 100, leak.length - to / 100);
      expect(10 * Math.log10(power(middle) / power(input))).toBeLessThan(-60);
    },
  );

  test.each(pairs)('from %i to %i Hz chunks of any size give the same samples as the whole', (from, to) => {
    const input = tone(from, 440, 300);
    const whole = resample(input, from, to);
    const resampler = new Resampler(from, to);
    const pieces: number[] = [];
    for (let start = 0, size = 1; start < input.length; start += size, size = (size * 7) % 401) {
      pieces.push(...resampler.process(input.subarray(start, start + size)));
    }
    pieces.push(...resampler.flush());
    expect(pieces).toEqual([...whole]);
  });

  test('what is held back is the delay it states', () => {
    for (const [from, to] of pairs) {
      const resampler = new Resampler(from, to);
      const given = resampler.process(tone(from, 440, 100));
      expect(Math.abs(100 - (given.length * 1_000) / to - resampler.delayMs)).toBeLessThan(0.3);
      expect(resampler.delayMs).toBeLessThanOrEqual(3.1);
    }
  });

  test('a constant stays constant, so that silence makes no tone', () => {
    const out = resample(new Int16Array(22_050).fill(1_000), 22_050, 8_000);
    expect(out.slice(100, -100).every((s) => Math.abs(s - 1_000) <= 1)).toBe(true);
    expect(resample(new Int16Array(8_000), 8_000, 16_000).every((s) => s === 0)).toBe(true);
  });

  test('full scale does not wrap around', () => {
    const square = Int16Array.from({ length: 8_000 }, (_, i) => (i % 40 < 20 ? 32_767 : -32_768));
    const out = resample(square, 8_000, 16_000);
    for (let i = 100; i < 15_000; i++) {
      const quarter = (i / 2) % 40;
      if (quarter > 5 && quarter < 15) expect(out[i]).toBeGreaterThan(25_000);
      if (quarter > 25 && quarter < 35) expect(out[i]).toBeLessThan(-25_000);
    }
  });

  test('after a flush the next audio owes nothing to the last', () => {
    const resampler = new Resampler(16_000, 8_000);
    resampler.process(tone(16_000, 440, 100));
    resampler.flush();
    expect(resampler.process(new Int16Array(1_600)).every((s) => s === 0)).toBe(true);
  });

  test('the same rate passes through untouched', () => {
    const input = tone(8_000, 440, 20);
    expect(new Resampler(8_000, 8_000).process(input)).toBe(input);
  });

  test('a rate that is none is refused', () => {
    expect(() => new Resampler(8_000, 12_345)).toThrow(/can't resample 12345 Hz/);
  });
});
