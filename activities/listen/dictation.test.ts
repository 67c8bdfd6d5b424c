import { describe, expect, test } from 'vitest';
import { missingDigits } from './dictation.ts';

const numbers = [
  { named: /last four/i, digits: 4 },
  { named: /account number/i, digits: 10 },
];
const ASKED = 'What is your account number, please?';
const heard = (text: string, asked: string, spokenMs = 4_000) => ({ text, asked, spokenMs });

describe('digits that are dictated', () => {
  test.each([
    ['four five five', ASKED],
    ['It is one, two, three, 4567', ASKED],
    ['4', ASKED],
    ['double four seven', ASKED],
    ['My account number is 804', 'How can I help?'],
    ['I want the balance of account number', 'How can I help?'],
  ])('“%s” after “%s” is not all of them', (said, asked) => {
    expect(missingDigits(heard(said, asked), numbers)).toBeGreaterThanOrEqual(0.8);
  });

  test.each([
    ['455-219-9385.', ASKED],
    ['one two three four, five six seven eight, nine oh', ASKED],
    ['double four seven one, triple nine, 385', ASKED],
    ['the last four are 8825', ASKED],
    ['8825', 'What are the last four digits of your card?'],
  ])('“%s” after “%s” is', (said, asked) => {
    expect(missingDigits(heard(said, asked), numbers)).toBe(0);
  });

  test('are not all there where nobody could have said so many in that time', () => {
    expect(missingDigits(heard('917-777-9177', ASKED, 1_000), numbers)).toBeGreaterThanOrEqual(0.8);
    expect(missingDigits(heard('917-777-9177', ASKED, 3_000), numbers)).toBe(0);
  });

  test('of a number nobody named may go on', () => {
    const missing = missingDigits(heard('it is four five five', 'How can I help?'), numbers)!;
    expect(missing).toBeGreaterThan(0.5);
    expect(missing).toBeLessThan(0.8);
  });
});

test.each([
  'ten thousand dollars over three years',
  '$10,000',
  'over five years',
  'on the 15th',
  'I have one account',
  'What is my balance?',
  'Where can I find my account number?',
])('“%s” dictates nothing', (said) => {
  expect(missingDigits(heard(said, 'How can I help?'), numbers)).toBeUndefined();
});

test('an answer without a digit to a question for one is no dictation', () => {
  expect(missingDigits(heard("I don't have it with me.", ASKED), numbers)).toBeUndefined();
});
