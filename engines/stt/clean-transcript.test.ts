import { describe, expect, test } from 'vitest';
import { cleanTranscript } from './clean-transcript.ts';

const clean = (text: string, tokens: number, seconds: number) => cleanTranscript({ text, tokens }, seconds);

describe('a transcript', () => {
  test('is kept as it is where the decoder came to an end', () => {
    expect(clean('My number is five five five five five five, ok?', 14, 4)).toBe(
      'My number is five five five five five five, ok?',
    );
  });

  test('loses music signs and noise in brackets', () => {
    expect(clean('♪ Hello [cough] there (laughs) ♪', 8, 3)).toBe('Hello there');
    expect(clean('♪♪♪♪', 14, 1)).toBe('');
    expect(clean('...', 1, 1)).toBe('');
  });

  test('keeps what was said before the decoder ran on', () => {
    expect(clean('I would like a loan of ten, ten, ten, ten, ten, ten, ten,', 20, 1.4)).toBe(
      'I would like a loan of ten,',
    );
    expect(clean('Thank you and thank you and thank you and thank you a', 29, 2)).toBe('');
    expect(clean('Well, thank you and thank you and thank you and tha', 29, 2)).toBe('Well, thank you and');
  });

  test('is nothing where the decoder never came to an end', () => {
    expect(clean('The first is the first is the first is the firs', 44, 3)).toBe('');
    expect(clean('You can also use the "P" button to use the "P', 14, 1)).toBe('');
  });
});
