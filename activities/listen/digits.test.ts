import { describe, expect, test } from 'vitest';
import { Digits } from './digits.ts';

/** Presses the keys; returns the turns that were ended by a key, then what is left. */
function press(keys: string): string[] {
  const digits = new Digits();
  const turns = [...keys].flatMap((key) => (digits.add(key, 1) === 'whole' ? [digits.take()] : []));
  return [...turns, digits.take()];
}

describe('what a caller keys in', () => {
  test('is read as digits, one by one', () => {
    expect(press('4551')).toEqual(['4 5 5 1']);
  });

  test('ends with the hash key, without it', () => {
    expect(press('4551#')).toEqual(['4 5 5 1', '']);
    expect(press('12#34#')).toEqual(['1 2', '3 4', '']);
  });

  test('begins anew after the star key', () => {
    expect(press('999*4551#')).toEqual(['4 5 5 1', '']);
    expect(press('99*#')).toEqual(['', '']);
  });

  test('holds no letters', () => {
    expect(press('A1B2#')).toEqual(['1 2', '']);
  });

  test('is bounded: a hundred keys are four turns of at most 32', () => {
    const turns = press('7'.repeat(100));
    expect(turns.map((turn) => turn.split(' ').length)).toEqual([32, 32, 32, 4]);
  });

  test('is under way from the first key to the end', () => {
    const digits = new Digits();
    expect(digits.pending).toBe(false);
    digits.add('4', 12);
    digits.add('5', 13);
    expect(digits).toMatchObject({ pending: true, startedAt: 12 });
    digits.take();
    expect(digits.pending).toBe(false);
  });
});
