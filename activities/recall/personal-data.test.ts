import { expect, test } from 'vitest';
import { domains } from '../../domains/registry.ts';
import { personalDataIn } from './personal-data.ts';

const OURS =
  'Call us at eight hundred, five five five, zero one four two, or write to help@northwind.example.';

test.each([
  'My name is Anna Berg, what are your hours?',
  "Hi, I'm John, when are you open?",
  'i am john smith and want to know your hours',
  'This is Peter Miller speaking, are you open?',
  'Can my wife Anna come along?',
  'Write to anna@example.com, please. When are you open?',
  'My mail is anna at example dot com, can you write?',
  'Can you call me on 415 555 0123?',
  'Can you call me on four one five five five five oh one two three?',
  'What about account 4711 0815?',
  'Is the card ending in four two four two blocked?',
  'Where is booking AB12CD?',
  'Is DE89370400440532013000 an account of yours?',
  'I was born in May, which plan is for me?',
  'My birthday is 3/5/1980, am I too old?',
  'Am I covered, born the third of August 1980?',
  'Is 1980 june 3rd too early?',
  'My password is swordfish, is that safe?',
  'I live in Elm Street, do you deliver?',
  'Do you deliver to 12 Elm Street?',
  'I earn three thousand dollars, do I get a loan?',
  'Can I have a loan with $3,000 a month?',
])('“%s” is not stored', (question) => {
  expect(personalDataIn(question, 'We are open from nine to five.', OURS)).toBeTypeOf('string');
});

test.each([
  'Your balance is $1,204.50.',
  'Your balance is twelve hundred dollars.',
  'You owe four hundred dollars.',
  'Your card ends in four two four two.',
  'Your next payment of two hundred dollars is due on Monday.',
  'Sure, Anna, we are open from nine to five.',
  'Hello Mr. Berg, we are open.',
  'We will write to anna@example.com.',
  'We will call four one five five five five oh one two three.',
  'The booking is AB12CD.',
])('“%s” is not stored as an answer', (answer) => {
  expect(personalDataIn('What are your hours?', answer, OURS)).toBeTypeOf('string');
});

test.each([
  ['What are your opening hours?', 'We are open from nine in the morning to five in the afternoon.'],
  ["I'm looking for a branch, where is the nearest one on Sundays?", 'At 12 Harbor Street.'],
  ['I am interested in a mortgage, do you offer any?', 'Yes, from 4.1 percent a year.'],
  ["I'm not sure, do you have parking?", 'Yes, there are 40 places. The first hour is free.'],
  ['Which number do I call?', 'Call eight hundred, five five five, zero one four two.'],
  ['What is your e-mail address?', 'It is help@northwind.example.'],
  ['How much can I withdraw a day?', 'You can withdraw up to $500 a day.'],
  ['Do you have loans over five years?', 'Yes, up to seven years.'],
  ['Are you open in 2027?', 'We are.'],
])('“%s” – “%s” may be stored', (question, answer) => {
  expect(personalDataIn(question, answer, OURS)).toBeUndefined();
});

test('what the domains say of their own is no caller’s', () => {
  for (const { name, instructions, fallback } of domains) {
    expect(personalDataIn('What are your opening hours?', fallback, instructions), name).toBeUndefined();
  }
});
