import { describe, expect, test } from 'vitest';
import { speechPieces } from './speech-pieces.ts';

const words = (text: string) => text.match(/[\p{L}\p{N}'-]+/gu);

describe('a sentence is cut into pieces', () => {
  test('a short one stays whole', () => {
    expect(speechPieces('Your balance is forty two dollars.')).toEqual([
      'Your balance is forty two dollars.',
    ]);
  });

  test('the first piece of a long one is a short clause', () => {
    expect(
      speechPieces(
        'I can offer you a loan today, at six percent, which comes to three hundred dollars a month.',
      ),
    ).toEqual([
      'I can offer you a loan today, at six percent,',
      'which comes to three hundred dollars a month.',
    ]);
  });

  test('a first clause of a word alone would be over before the next is made', () => {
    const [first] = speechPieces(
      'Sure, I will look that up for you in a moment, and then tell you more about it.',
    );
    expect(first).toBe('Sure, I will look that up for you in a moment,');
  });

  test('without a comma the first piece ends before a conjunction, with a pause', () => {
    expect(
      speechPieces('We can spread the remaining payments and lower the amount that you pay every month.')[0],
    ).toBe('We can spread the remaining payments,');
  });

  test('with neither it ends before a preposition', () => {
    expect(
      speechPieces('I can offer you a loan of ten thousand dollars over three years at six percent.')[0],
    ).toBe('I can offer you a loan of ten thousand dollars,');
  });

  test('an amount of money is not torn apart', () => {
    expect(speechPieces('Your balance is four hundred twelve dollars and fifty cents today.')).toEqual([
      'Your balance is four hundred twelve dollars and fifty cents today.',
    ]);
  });

  test('each sentence begins a piece', () => {
    expect(speechPieces('Yes. That works! Anything else?')).toEqual([
      'Yes.',
      'That works!',
      'Anything else?',
    ]);
  });

  test('nothing is lost, nothing is longer than a phrase', () => {
    const long = 'word '.repeat(100) + 'and then, '.repeat(30) + 'x'.repeat(300) + '; that is all.';
    const pieces = speechPieces(long);
    expect(words(pieces.join(' '))!.join('')).toBe(words(long)!.join(''));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(141);
  });

  test('what has no words makes no piece', () => {
    expect(speechPieces('')).toEqual([]);
    expect(speechPieces('… ?! —')).toEqual([]);
  });
});
