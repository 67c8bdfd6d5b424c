import { describe, expect, test } from 'vitest';
import { SentenceCutter } from './sentences.ts';
import { sentencesOf } from './generation.ts';

/** Feeds a text token by token; returns each sentence with the number of tokens after which it was out. */
function cut(tokens: string[]): [string, number][] {
  const cutter = new SentenceCutter();
  const out = tokens.flatMap((token, i) =>
    cutter.push(token).map((sentence): [string, number] => [sentence, i + 1]),
  );
  return [...out, ...cutter.flush().map((sentence): [string, number] => [sentence, tokens.length + 1])];
}

describe('a stream of tokens', () => {
  test('gives a sentence as soon as its last word is there, without waiting for the next one', () => {
    expect(cut(['Your ', 'balance ', 'is ', 'forty ', 'dollars.', ' Anything', ' else?'])).toEqual([
      ['Your balance is forty dollars.', 5],
      ['Anything else?', 7],
    ]);
  });

  test('does not cut amounts and percentages', () => {
    expect(sentencesOf('You pay $315.68 a month at 8.5 percent. Is that fine?')).toEqual([
      'You pay $315.68 a month at 8.5 percent.',
      'Is that fine?',
    ]);
    expect(cut(['It', ' is', ' $10.', '50', ' now.'])).toEqual([['It is $10.50 now.', 5]]);
  });

  test('does not cut after titles, initials and abbreviations', () => {
    expect(sentencesOf('Mr. Smith and Dr. J. Jones called at 5 p.m. yesterday. They left.')).toEqual([
      'Mr. Smith and Dr. J. Jones called at 5 p.m. yesterday.',
      'They left.',
    ]);
  });

  test('gives a last sentence that has no full stop', () => {
    expect(sentencesOf('Hello there')).toEqual(['Hello there']);
    expect(sentencesOf('  ')).toEqual([]);
  });
});
