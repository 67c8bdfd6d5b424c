import { expect, test } from 'vitest';
import { estimateOpinionScore } from './opinion-score.ts';

test.each([
  ['a perfect line', 0, 0, 4.36],
  ['1 % lost', 0, 0.01, 4.28],
  ['5 % lost', 5, 0.05, 3.79],
  ['a line that loses a fifth', 20, 0.2, 2.5],
])('%s', (_, jitterMs, loss, score) => {
  expect(estimateOpinionScore({ jitterMs, loss })).toBeCloseTo(score, 1);
});

test('stays between 1 and 4.5 however bad the line is', () => {
  expect(estimateOpinionScore({ jitterMs: 5_000, loss: 1 })).toBe(1);
});
