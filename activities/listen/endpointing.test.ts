import { describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../../call/settings.ts';
import { endpointing } from '../../domains/banking/endpointing.ts';
import { endpointDelayMs } from './endpointing.ts';

const { endpointingMs: short, endpointingMaxMs: long } = defaultCallSettings;
const HELP = 'How can I help you today?';
/** As fast as people speak on the telephone, some three words a second. */
const timeOf = (text: string) => 350 * text.split(' ').length;
const delayOf = (text: string, asked = HELP, spokenMs = timeOf(text)) =>
  endpointDelayMs({ text, asked, spokenMs }, defaultCallSettings, endpointing);

/** Within a tenth of the way from the short silence to the long one. */
const SOON = short + 0.1 * (long - short);

describe('words that sound finished', () => {
  test.each([
    'What is my balance?',
    'What would the interest rate be?',
    'Can I spread the payments over five years instead?',
    'I would like a loan of ten thousand dollars over three years.',
    'I missed a payment. Can we set up a payment plan?',
    'Thank you, that is all. Good-bye.',
    'Can you send me a new P. I. N.?',
  ])('“%s” ends after the short silence, or hardly more', (text) => {
    expect(delayOf(text, HELP, 2_500)).toBeLessThanOrEqual(SOON);
  });

  test.each([
    ['Yes.', 'Shall I set that up for you?'],
    ['Yes, please do.', 'Shall I set that up for you?'],
    ['No, thank you.', 'Shall I set that up for you?'],
    ['No, not now.', 'Shall I set that up for you?'],
    ['Five years.', 'Over how many years would you like to pay it back?'],
    ['the first of the month.', 'On which day of the month would you like to pay?'],
    ['The ninth of July, nineteen seventy five.', 'What is your date of birth?'],
  ])('“%s” is a whole answer to “%s”', (text, asked) => {
    expect(delayOf(text, asked)).toBeLessThanOrEqual(SOON);
    expect(delayOf(text, asked)).toBeLessThan(delayOf('My wife said so.', asked));
  });
});

describe('words that sound unfinished', () => {
  test.each([
    'I would like to',
    'I would like to.',
    'What happens if?',
    'How much would it cost me to?',
    'Please send a copy of my statement to',
    "I'd like to close my account and, uh,",
    'I lost my job, so.',
    'I was wondering, um,',
    'Well,',
    'So, um,',
    'Let me think.',
    'I was wondering…',
    'um',
    '',
  ])('“%s” waits for the long silence', (text) => {
    expect(delayOf(text)).toBe(long);
  });

  test('half of a conditional sentence waits nearly as long', () => {
    expect(delayOf('If I pay more every month,')).toBeGreaterThan(SOON + 0.5 * (long - short));
    expect(delayOf('When I log in with my phone.')).toBeGreaterThan(SOON + 0.5 * (long - short));
  });

  test('thanks wait a little for a goodbye', () => {
    expect(delayOf('Thank you, that is all.')).toBeGreaterThan(SOON + 100);
    expect(delayOf('Thank you, that is all.')).toBeLessThan(700);
  });

  test('a statement waits in between, a short one longer: a question may follow', () => {
    const [brief, full] = [
      delayOf('I got married.'),
      delayOf('I see two payments to the same shop on my list.'),
    ];
    expect(full).toBeGreaterThan(short);
    expect(brief).toBeGreaterThan(full);
    expect(brief).toBeLessThan(long);
  });
});

describe('how long the caller has spoken', () => {
  test('tells a beginning from the whole of it, whatever was heard', () => {
    const heard = (spokenMs: number) => delayOf('I want to change my address.', HELP, spokenMs);
    expect(heard(900)).toBeGreaterThan(heard(2_000) + 300);
    expect(heard(2_000)).toBeGreaterThan(heard(5_000));
  });

  test('counts for nothing in an answer, a farewell, or where the words ask for more', () => {
    expect(delayOf('Yes.', 'Shall I set that up for you?', 300)).toBe(short);
    expect(delayOf('Goodbye.', HELP, 300)).toBe(short);
    expect(delayOf('I have two accounts and', HELP, 6_000)).toBe(long);
  });
});

describe('a domain', () => {
  test('tells how long a dictated number is', () => {
    const asked = 'What is your account number, please?';
    expect(delayOf('It is 455, 21.', asked)).toBeGreaterThan(SOON + 0.5 * (long - short));
    expect(delayOf('It is 455, 21, 99385.', asked, 4_000)).toBe(short);
  });

  test('tells what its callers say last', () => {
    expect(delayOf('I lost my wallet yesterday.')).toBe(short);
    expect(delayOf('I lost my job yesterday.')).toBeGreaterThan(SOON);
  });

  test('that knows nothing leaves it to grammar', () => {
    const heard = { text: 'I lost my wallet.', asked: HELP, spokenMs: 1_400 };
    expect(endpointDelayMs(heard, defaultCallSettings)).toBeGreaterThan(SOON);
  });
});

test('the long silence is never shorter than the short one', () => {
  const settings = { endpointingMs: 800, endpointingMaxMs: 200 };
  expect(endpointDelayMs({ text: 'and', asked: '', spokenMs: 200 }, settings)).toBe(800);
});
