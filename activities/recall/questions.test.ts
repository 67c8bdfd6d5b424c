import { describe, expect, test } from 'vitest';
import { isSameQuestion, standsAlone } from './questions.ts';

test('the same words are the same question, whatever their case and punctuation', () => {
  expect(isSameQuestion('What are your hours?', 'what are your hours', 0.2)).toBe(true);
});

describe.each([
  ['What are your opening hours?', 'Could you tell me when you are open, please?'],
  ['How do I raise my limit?', 'What do I need to do to increase my limit?'],
  ['What does a loan over five years cost?', 'How much is a loan over 5 years?'],
  ['Do you have parking?', 'Is there a car park?'],
  ['Can I pay by card?', 'Do you accept cards?'],
  ["I can't find my card, what do I do?", 'What should I do if I can not find my card?'],
  ['How much is the annual fee?', 'What is the yearly fee?'],
  ['Where is the nearest branch?', 'Hello, where can I find the closest branch?'],
])('“%s” and “%s”', (asked, stored) => {
  test('are the same question where they are close', () => {
    expect(isSameQuestion(asked, stored, 0.9)).toBe(true);
    expect(isSameQuestion(stored, asked, 0.9)).toBe(true);
  });
  test('are not where they are not', () => expect(isSameQuestion(asked, stored, 0.3)).toBe(false));
});

test.each([
  ['raise my limit', 'lower my limit'],
  ['When do you open on Monday?', 'When do you close on Monday?'],
  ['Can I eat before the test?', 'Can I eat after the test?'],
  ['How do I deposit cash?', 'How do I withdraw cash?'],
  ['How do I sign up for the newsletter?', 'How do I sign out of the newsletter?'],
  ['How do I turn on roaming?', 'How do I turn off roaming?'],
  ['Is tax included?', 'Is tax excluded?'],
  ['Is my car insured?', 'Is my car uninsured?'],
  ['what does a loan over 5 years cost', 'what does a loan over 6 years cost'],
  ['What does a loan over five years cost?', 'What does a loan over fifteen years cost?'],
  ['Are you open at 9 am?', 'Are you open at 9 pm?'],
  ['Is the first visit free?', 'Is the second visit free?'],
  ['Do you ship orders over 50 dollars for free?', 'Do you ship orders under 50 dollars for free?'],
  ['Will my parcel come by Friday?', 'Will my parcel come on Friday?'],
  ['do you open on sunday', 'do you not open on sunday'],
  ['Can I come without an appointment?', 'Can I come with an appointment?'],
  ['Why can I log in?', "Why can't I log in?"],
  ['Do you fly to Paris?', 'Do you fly to London?'],
  ['Do you fly from Rome to Oslo?', 'Do you fly from Oslo to Rome?'],
  ['How do I get from the hotel to the airport?', 'How do I get from the airport to the hotel?'],
  ['Is Doctor Lee in on Monday?', 'Is Doctor Lane in on Monday?'],
  ['Do you take Visa?', 'Do you take Mastercard?'],
  ['What is the rate on a savings account?', 'What is the rate on a current account?'],
  ['How do I apply for a mortgage?', 'How do I apply for a car loan?'],
  ['When is the office open?', 'Where is the office open?'],
  ['How much does a new card cost?', 'How do I get a new card?'],
  ['Can I open an account online?', 'How can I open an account online?'],
  ['How long does the course take?', 'How much does the course cost?'],
  ['Can I cancel the order?', 'Can you cancel the order?'],
  ['Do I get a refund if I cancel?', 'Do I get a refund if you cancel?'],
  ['What is my phone number?', 'What is your phone number?'],
  ['Can my wife use my card?', "Can I use my wife's card?"],
  ['Do you charge for parking?', 'Did you charge for parking?'],
  ['Is a train cheaper than a bus?', 'Is a bus cheaper than a train?'],
  ['Do I have to pay by card?', 'Can I pay by card?'],
  ['Can I bring two bags?', 'Can I bring one bag?'],
  ['Is plan B unlimited?', 'Is plan C unlimited?'],
  ['How do I convert dollars to euros?', 'How do I convert euros to dollars?'],
  ['Can I exchange euros for dollars?', 'Can I exchange dollars for euros?'],
  ['Does the pass include the pool?', 'Does the pool include the pass?'],
  ['What do I need for a mortgage?', 'What is a mortgage?'],
  ['What can I eat before the test?', 'What should I eat before the test?'],
  ['What is the fee for paying by card?', 'What is the fee for a card?'],
  ['Do you have a restaurant?', 'Do you have a library?'],
  ['Is the restaurant open on Sunday?', 'Are you open on Sunday?'],
  ['Can I rent a car in three days?', 'Can I rent a car for three days?'],
  ['When will I receive my card?', 'When can I apply for my card?'],
  ['Can I change the owner of the car?', 'Can I change the car?'],
  ['Do I turn left at the bridge?', 'Do I turn right at the bridge?'],
  ['What happens if I am late?', 'What is late?'],
  ['Can I transfer my prescription to you?', 'Can I transfer my prescription from you?'],
  ['How do I pay for a card?', 'How do I pay by card?'],
])('“%s” is not “%s”, however close they are', (asked, stored) => {
  expect(isSameQuestion(asked, stored, 0.99)).toBe(false);
  expect(isSameQuestion(stored, asked, 0.99)).toBe(false);
});

test.each([
  'what are your opening hours',
  'Where is the nearest branch?',
  'Do you offer mortgages?',
  'Is there parking?',
  'How long does it take to open an account?',
  'Is it possible to pay in cash?',
  'Are you open this weekend?',
])('“%s” stands alone', (question) => expect(standsAlone(question, true)).toBe(true));

test.each([
  'and over five years instead?',
  'could you repeat that',
  'what about it',
  'Is there one on Main Street?',
  'How much is it?',
  'Do they open on Sundays?',
  'over five years',
])('“%s” means something else in another call', (question) =>
  expect(standsAlone(question, true)).toBe(false),
);

test.each(['What would the interest rate be?', 'How much is the monthly fee?', 'What does five years cost?'])(
  '“%s” leans on what was said before, where something was',
  (question) => {
    expect(standsAlone(question, true)).toBe(true);
    expect(standsAlone(question, false)).toBe(false);
  },
);

test.each(['What are your opening hours?', 'What is the fee for a transfer abroad?'])(
  '“%s” leans on nothing',
  (question) => expect(standsAlone(question, false)).toBe(true),
);
