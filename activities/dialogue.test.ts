import { expect, test } from 'vitest';
import { toMessages } from './dialogue.ts';

const words = (length: number) => 'x'.repeat(length);

test('a model is given the newest turns that fit in, whatever was said', () => {
  const past = new Map([
    [1, { caller: words(2_000), heard: words(2_000) }],
    [2, { caller: 'two', heard: words(6_000) }],
    [3, { caller: 'three', heard: words(8_000) }],
  ]);
  expect(toMessages(past, 'four').map(({ text }) => text.length)).toEqual([3, 6_000, 5, 8_000, 4]);
  expect(toMessages(past, words(100_000))).toEqual([{ role: 'caller', text: words(16_000) }]);
});
