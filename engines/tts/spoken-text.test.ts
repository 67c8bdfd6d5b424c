import { describe, expect, test } from 'vitest';
import { spokenText } from './spoken-text.ts';

describe('what is written is said as people say it', () => {
  test.each([
    ['$10,000.00', 'ten thousand dollars'],
    ['$1,250.50 a month', 'one thousand two hundred fifty dollars and fifty cents a month'],
    ['$1', 'one dollar'],
    ['$1.01', 'one dollar and one cent'],
    ['$0.99', 'ninety-nine cents'],
    ['$0.00', 'zero dollars'],
    ['$2.5 million', 'two point five million dollars'],
    ['$10k', 'ten thousand dollars'],
    ['-$20', 'minus twenty dollars'],
    ['$304.22.', 'three hundred four dollars and twenty-two cents.'],
    ['a $10,000 loan', 'a ten thousand dollar loan'],
    ['a loan of $10,000 over', 'a loan of ten thousand dollars over'],
    ['a fee of $5, or less', 'a fee of five dollars, or less'],
    ['£5.20 and €3', 'five pounds and twenty pence and three euros'],
    ['$600/month', 'six hundred dollars a month'],
  ])('money: %s', (written, said) => expect(spokenText(written)).toBe(said));

  test.each([
    ['4.5 %', 'four point five percent'],
    ['4.50%', 'four point five zero percent'],
    ['an APR of 6.9%', 'an A P R of six point nine percent'],
    ['Dr. Jones, e.g. today', 'Doctor Jones, for example today'],
    ['cards, loans etc.', 'cards, loans et cetera.'],
    ['the FAQs, or your PIN', "the F A Q's, or your PIN"],
  ])('rates and abbreviations: %s', (written, said) => expect(spokenText(written)).toBe(said));

  test.each([
    ['on 2026-11-23', 'on November twenty-third, twenty twenty-six'],
    ['on 1/31/2027', 'on January thirty-first, twenty twenty-seven'],
    ['on Nov. 1, 2008.', 'on November first, two thousand eight.'],
    ['by March 3rd', 'by March third'],
    ['May 12 and June 20th', 'May twelfth and June twentieth'],
    ['since 1995', 'since nineteen ninety-five'],
    ['in 2030', 'in twenty thirty'],
    ['in December 2026', 'in December twenty twenty-six'],
    ['the 3rd payment', 'the third payment'],
    ['9 am to 5:30 p.m. daily', 'nine A M to five thirty P M daily'],
    ['We close at 5 pm.', 'We close at five P M.'],
    ['From 9 a.m. on', 'From nine A M on'],
    ['at 9:00', "at nine o'clock"],
    ['at 10:05', 'at ten oh five'],
    ['24/7', 'twenty-four seven'],
  ])('dates and times: %s', (written, said) => expect(spokenText(written)).toBe(said));

  test.each([
    ['your card ending in 4532', 'your card ending in four five three two'],
    ['ending in 2030', 'ending in two zero three zero'],
    ['Account number 00123', 'Account number zero zero one two three'],
    ['reference: 907', 'reference: nine zero seven'],
    ['8812345678', 'eight eight one two three four five six seven eight'],
    ['4111 1111 1111 1234', 'four one one one, one one one one, one one one one, one two three four'],
    ['+1 415-555-0123', 'one, four one five, five five five, zero one two three'],
    ['(415) 555-0123', 'four one five, five five five, zero one two three'],
    ['555-0123', 'five five five, zero one two three'],
  ])('numbers that name something are read digit by digit: %s', (written, said) =>
    expect(spokenText(written)).toBe(said),
  );

  test.each([
    ['36 payments', 'thirty-six payments'],
    ['10,000 points', 'ten thousand points'],
    ['3-5 business days', 'three to five business days'],
    ['10–12 weeks', 'ten to twelve weeks'],
    ['1,234,567', 'one million two hundred thirty-four thousand five hundred sixty-seven'],
    ['it is -4 outside', 'it is minus four outside'],
    ['3.25', 'three point two five'],
    ['number 7', 'number seven'],
  ])('amounts: %s', (written, said) => expect(spokenText(written)).toBe(said));

  test.each([
    ['**Great** news! 🎉', 'Great news!'],
    ['- Savings\n- Checking', 'Savings. Checking'],
    ['Terms & conditions', 'Terms and conditions'],
    ['## Rates\nThey vary.', 'Rates. They vary.'],
    ['That’s  all', "That's all"],
    ['Hello, how can I help?', 'Hello, how can I help?'],
    ['', ''],
  ])('markup is not read out: %s', (written, said) => expect(spokenText(written)).toBe(said));

  test('no digit is left for the voice to read', () => {
    const text = 'On 13/45/2026 at 7:3 we had 1.2.3, $5.123, 12,34 and 99999999999999999999 of A4.';
    expect(spokenText(text)).not.toMatch(/\d/);
  });
});
