import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../../bench/statistics.ts';
import { Distribution } from './distribution.ts';

const pack = (values: number[]) => {
  const packed = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => packed.writeFloatBE(value, 4 * i));
  return packed;
};
const float = fc.float({ min: 0, max: 1_000_000, noNaN: true }).map(Math.abs);

test('percentiles are those of the sorted values, however they are packed', () => {
  fc.assert(
    fc.property(
      fc.array(float, { minLength: 1 }),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, cut, p) => {
        const [a, b] = [values.slice(0, cut % values.length), values.slice(cut % values.length)];
        const distribution = new Distribution([pack(a), pack(b)]);
        expect(distribution.count).toBe(values.length);
        expect(distribution.percentile(p)).toBe(percentile(values, p));
        expect(distribution.max).toBe(Math.max(...values));
      },
    ),
  );
});

test('the mean and percentiles of nothing are not known', () => {
  const nothing = new Distribution([]);
  expect([nothing.mean, nothing.percentile(0.5), nothing.max]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
