import { expect, test } from 'vitest';
import { isSameQuestion, standsAlone } from './questions.ts';

test('the same words are the same question, whatever their case and punctuation', () => {
  expect(isSameQuestion('What are your hours?', 'what are your hours', 0.2)).toBe(true);
});

test('close words may share an answer', () => {
  expect(isSameQuestion('What are your opening hours?', 'what are the opening hours', 0.97)).toBe(true);
});

test.each([
  ['raise my limit', 'lower my limit'],
  ['a loan over 5 years', 'a loan over 6 years'],
  ['do you open on sunday', 'do you not open on sunday'],
])('“%s” is not “%s”, however close they are', (asked, stored) => {
  expect(isSameQuestion(asked, stored, 0.99)).toBe(false);
});

test('words that are not close are not the same question', () => {
  expect(isSameQuestion('what is the rate', 'where is the branch', 0.6)).toBe(false);
});

test.each(['what are your opening hours', 'Where is the nearest branch?', 'Do you offer mortgages?'])(
  '“%s” stands alone',
  (question) => expect(standsAlone(question)).toBe(true),
);

test.each([
  'and over five years instead?',
  'could you repeat that',
  'what about it',
  'Is there one on Main Street?',
])('“%s” means something else in another call', (question) => expect(standsAlone(question)).toBe(false));
