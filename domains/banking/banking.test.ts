import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { END_CALL, type CallerTurn, type IntentAnswer, type UseEffect, type UseTool } from '../domain.ts';
import { banking } from './index.ts';
import { spokenTerm } from './spoken.ts';

/** A dialogue from `[intent, text]`, answered at its last turn by a bot that knows nobody. */
async function answerTo(...turns: [intents: string, text: string][]) {
  const dialogue: CallerTurn[] = turns.map(([intents, text]) => ({ text, intents: intents.split('+') }));
  const used: { name: string; input: unknown }[] = [];
  const use: UseTool = (tool, input) => {
    used.push({ name: tool, input });
    const found = banking.tools.find(({ name }) => name === tool)!;
    return found.run(found.input.parse(input));
  };
  const effect: UseEffect = async () => ({ done: false, why: 'identity', message: 'Who is it?' });
  const answers: IntentAnswer[] = [];
  for (const name of dialogue.at(-1)!.intents) {
    const intent = banking.intents.find((intent) => intent.name === name)!;
    answers.push(await intent.answer(dialogue, use, effect));
  }
  return { text: answers.map(({ text }) => text).join(' '), endsCall: answers.some((a) => a.endsCall), used };
}

const LOAN: [string, string] = [
  'loan_request',
  'I would like a loan of ten thousand dollars over three years.',
];
const PLAN: [string, string] = [
  'payment_plan',
  'I owe you six hundred dollars, can I pay it over six months?',
];

describe('a loan', () => {
  it('is quoted by the tool once amount and term are known', async () => {
    const { text, used } = await answerTo(LOAN);
    expect(used).toEqual([{ name: 'loan_quote', input: { amount: 10_000, months: 36 } }]);
    expect(text).toContain('$315.68 a month');
    expect(text).toContain('$10,000.00 over three years, at 8.5 percent');
  });

  it('is asked about until amount and term are known', async () => {
    expect((await answerTo(['loan_request', 'I need a loan'])).text).toMatch(/How much .* how many years\?/);
    expect((await answerTo(['loan_request', 'a loan over two years'])).text).toMatch(
      /^How much would you like/,
    );
    const asked = await answerTo(['loan_request', 'I need five thousand dollars']);
    expect(asked.text).toMatch(/how many months or years .*\$5,000.00/);
    expect(asked.used).toEqual([]);
  });

  it('takes its missing parts from the turns that follow', async () => {
    const { used } = await answerTo(
      ['loan_request', 'I need a loan'],
      ['change_terms', 'five thousand'],
      ['opening_hours', 'by the way, when are you open?'],
      ['change_terms', 'eighteen months'],
    );
    expect(used).toEqual([{ name: 'loan_quote', input: { amount: 5_000, months: 18 } }]);
  });

  it('keeps its amount when only the term changes, and the other way round', async () => {
    expect((await answerTo(LOAN, ['change_terms', 'and over five years instead?'])).text).toContain(
      '$205.17 a month',
    );
    expect((await answerTo(LOAN, ['change_terms', 'and for twenty thousand?'])).used[0]!.input).toEqual({
      amount: 20_000,
      months: 36,
    });
  });

  it('is not changed by figures that are only mentioned', async () => {
    const { used } = await answerTo([
      'loan_request',
      'I earn $4,000 a month and want twelve thousand instead of ten thousand dollars over two years.',
    ]);
    expect(used[0]!.input).toEqual({ amount: 12_000, months: 24 });
  });

  it('takes a bare number as months once the amount is known', async () => {
    expect(
      (await answerTo(['loan_request', 'I need $5,000'], ['change_terms', 'Twelve.'])).used[0]!.input,
    ).toEqual({
      amount: 5_000,
      months: 12,
    });
  });

  it('is costed and rated by the tool for the loan at hand', async () => {
    const rate = await answerTo(LOAN, ['interest_rate', 'What would the interest rate be?']);
    expect(rate.text).toContain('8.5 percent');
    expect(rate.text).toContain('$1,364.28');
    expect(rate.used).toHaveLength(1);
    expect((await answerTo(LOAN, ['loan_cost', 'and in total?'])).text).toContain('$11,364.28');
  });

  it('has a higher rate beyond five years', async () => {
    const { text } = await answerTo(
      LOAN,
      ['change_terms', 'over seven years'],
      ['interest_rate', 'the rate?'],
    );
    expect(text).toContain('9.2 percent');
  });

  it('has its general rates told when there is no loan at hand', async () => {
    const { text, used } = await answerTo(['interest_rate', 'What is the interest rate on a personal loan?']);
    expect(text).toContain('8.5 percent');
    expect(text).toContain('9.2 percent');
    expect(used).toEqual([]);
  });

  it('outside the limits is refused with the limits, and no figures', async () => {
    const tooMuch = await answerTo(['loan_request', 'a loan of two million dollars over three years']);
    expect(tooMuch.text).toContain('from $1,000.00 to $50,000.00');
    const tooLong = await answerTo(['loan_request', 'ten thousand dollars over thirty years']);
    expect(tooLong.text).toContain('from six months to seven years');
    expect([...tooMuch.used, ...tooLong.used]).toEqual([]);
    expect(
      (await answerTo(['loan_request', 'lend me nine thousand million dollars for 900 years'])).used,
    ).toEqual([]);
  });
});

describe('a payment plan', () => {
  it('is worked out by the tool', async () => {
    const { text, used } = await answerTo(PLAN);
    expect(used).toEqual([{ name: 'payment_plan', input: { debt: 600, months: 6 } }]);
    expect(text).toContain('six monthly payments of $100.00');
    expect(text).toContain('no fee');
  });

  it('names the first payment where it differs', async () => {
    expect((await answerTo(PLAN, ['change_terms', 'over seven months'])).text).toContain(
      'one payment of $85.74, then six of $85.71 a month',
    );
  });

  it('does not take its figures from a loan that was asked for before', async () => {
    const { text, used } = await answerTo(LOAN, [
      'payment_plan',
      'I also missed a payment. Can we set up a plan?',
    ]);
    expect(text).toMatch(/How much is it, and over how many months\?/);
    expect(used).toEqual([]);
  });

  it('has follow-ups of its own, without interest', async () => {
    expect((await answerTo(LOAN, PLAN, ['change_terms', 'and over a year?'])).used.at(-1)!.input).toEqual({
      debt: 600,
      months: 12,
    });
    expect((await answerTo(PLAN, ['interest_rate', 'what is the interest?'])).text).toMatch(/no interest/);
    expect((await answerTo(PLAN, ['loan_cost', 'how much is that a month?'])).text).toContain('$100.00');
  });

  it('can be asked for by what one can pay a month', async () => {
    const { used } = await answerTo([
      'payment_plan',
      'I owe twelve hundred dollars, I can pay a hundred a month',
    ]);
    expect(used[0]!.input).toEqual({ debt: 1_200, months: 12 });
  });

  it('has a fee beyond a year', async () => {
    const { text } = await answerTo(['payment_plan', 'I owe $600, can I pay in 24 months?']);
    expect(text).toContain('a fee of $15.00');
  });

  it('is not promised: staff has to confirm it', async () => {
    expect((await answerTo(PLAN)).text).toMatch(/has to confirm/);
    expect((await answerTo(PLAN, ['apply', "let's do it"])).text).toMatch(/cannot start the plan/);
  });
});

describe('talk', () => {
  it('figures said before their purpose are kept for it', async () => {
    const opening: [string, string] = ['change_terms', 'ten thousand dollars over three years'];
    expect((await answerTo(opening)).text).toMatch(/loan, or for a payment plan\?/);
    expect((await answerTo(opening, ['loan_request', 'for a loan'])).text).toContain('$315.68');
  });

  it('repeats the answer before, figures and all', async () => {
    const once = (await answerTo(LOAN, ['change_terms', 'over five years'])).text;
    const again = await answerTo(LOAN, ['change_terms', 'over five years'], ['repeat', 'pardon?']);
    expect(again.text).toBe(once);
    expect((await answerTo(['repeat', 'what?'])).text).toBe(banking.greeting);
  });

  it('asks who it is when asked for account data, and reveals none', async () => {
    const asked: [string, string] = ['account_data', 'what is my balance?'];
    expect((await answerTo(asked)).text).not.toMatch(/\d/);
    expect((await answerTo(asked)).text).toMatch(/customer number\?$/);
    expect((await answerTo(asked, ['affirm', 'yes'])).text).toMatch(/six digits/);
    expect((await answerTo(asked, ['human', 'a person, please'])).text).toMatch(/record of this call/);
  });

  it('ends on goodbye, and on "no" to "anything else?"', async () => {
    expect((await answerTo(['goodbye', 'bye'])).endsCall).toBe(true);
    expect((await answerTo(['thanks', 'thanks'], ['decline', 'no'])).endsCall).toBe(true);
    expect((await answerTo(LOAN, ['decline', 'no'])).endsCall).toBe(false);
  });

  it('tells the hours of the day that was asked about', async () => {
    expect((await answerTo(['opening_hours', 'when do you open on Saturday?'])).text).toContain('ten to one');
    expect((await answerTo(['opening_hours', 'and on Sundays?'])).text).toContain('closed');
  });

  it('every intent has an answer to say aloud from the first turn on, in at most three sentences', async () => {
    for (const { name, examples } of banking.intents) {
      for (const example of examples) {
        const { text } = await answerTo([name, example]);
        expect(text).toMatch(/^[A-Z].*[.?!]$/);
        expect(text).not.toMatch(/[*#_\n]|undefined|NaN/);
        expect(text.split(/[.?!] /).length).toBeLessThanOrEqual(3);
      }
    }
  });

  it('terms are said in years where they are years', () => {
    expect([6, 12, 18, 36, 1].map(spokenTerm)).toEqual([
      'six months',
      'one year',
      '18 months',
      'three years',
      'one month',
    ]);
  });
});

describe('what a model is given', () => {
  const tool = (name: string) => banking.tools.find((tool) => tool.name === name)!;

  it('tools have a schema and say what each input is', () => {
    for (const { name, description, input } of banking.tools) {
      const schema = z.toJSONSchema(input) as { properties: Record<string, { description?: string }> };
      expect(description.length, name).toBeGreaterThan(20);
      for (const property of Object.values(schema.properties)) expect(property.description).toBeTruthy();
    }
    expect(banking.tools.map(({ name }) => name)).toEqual(['loan_quote', 'payment_plan', END_CALL]);
  });

  it('tools answer in amounts that can be read out', () => {
    expect(tool('loan_quote').run({ amount: 10_000, months: 60 })).toEqual({
      amount: '$10,000.00',
      months: 60,
      annual_rate: '8.5 percent',
      monthly_payment: '$205.17',
      last_payment: '$204.84',
      total_interest: '$2,309.87',
      total_to_repay: '$12,309.87',
    });
  });

  it('tools explain in plain words why an input makes no sense', () => {
    expect(() => tool('loan_quote').run({ amount: 100, months: 36 })).toThrow('We lend from $1,000.00');
    expect(() => tool('payment_plan').run({ debt: 600, months: 90 })).toThrow('A payment plan runs from');
    expect(() => tool('loan_quote').input.parse({ amount: 'ten', months: 36 })).toThrow();
    expect(() => tool('loan_quote').input.parse({ amount: 10_000, months: 1.5 })).toThrow();
  });

  it('instructions hold the facts and the rules', () => {
    for (const words of [
      '8.5 percent',
      '9.2 percent',
      '12 Harbor Street',
      'loan_quote',
      'end_call',
      'Never reveal',
    ]) {
      expect(banking.instructions).toContain(words);
    }
    expect(banking.instructions).not.toMatch(/undefined|NaN|\[object/);
  });
});
