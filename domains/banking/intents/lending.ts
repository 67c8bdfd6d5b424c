import type { Intent, IntentAnswer, UseEffect } from '../../domain.ts';
import { dollars } from '../../money.ts';
import { loanLimits, staffHours } from '../facts.ts';
import { spokenTerm } from '../spoken.ts';
import { discussed, type Terms } from '../terms.ts';

const earlyRepayment: Intent = {
  name: 'early_repayment',
  examples: [
    'Can I pay the loan off early?',
    'Is there a fee for early repayment?',
    'Can I repay the loan before the end of the term?',
    'Can I make additional payments on my loan?',
    'What does it cost to pay the loan back sooner?',
    'Is there a penalty for paying early?',
    'Can I settle the loan ahead of time?',
    'May I pay more than the monthly payment?',
    'What if I want to pay everything back early?',
    'Can I pay off the rest all at once?',
    'What if I get a bonus and want to repay everything?',
    'Are there costs for ending the loan early?',
    'Can I shorten the loan later by paying extra?',
    'Is it possible to pay off my loan before it is due?',
  ],
  answer: () => ({
    text: 'Yes, you can pay a loan back early, in part or in full, whenever you like. There is no fee for that.',
  }),
};

const loanRequirements: Intent = {
  name: 'loan_requirements',
  examples: [
    'What documents do I need for a loan?',
    'What are the requirements for a loan?',
    'Am I eligible for a loan?',
    'Would I be approved for a loan?',
    'Which papers do I have to bring for a loan?',
    'What credit score do I need?',
    'How much do I have to earn to get a loan?',
    'What is the maximum loan?',
    'What is the minimum amount I can borrow?',
    'How much can I borrow?',
    'Who can get a loan?',
    'What do I have to bring?',
    'Do you check my credit?',
    'Do I need a guarantor?',
    'Can I get a loan if I am unemployed?',
    'Can I get a loan although I have debts?',
    'What is the largest loan you offer?',
    'Do I have to show proof of income?',
    'How old do I have to be for a loan?',
    'Do you need my pay slips for the loan?',
  ],
  answer: () => ({
    text:
      `We lend from ${dollars(loanLimits.minCents)} to ${dollars(loanLimits.maxCents)}. ` +
      'For the application you need a photo ID and your last three pay slips, and staff then decide on it.',
  }),
};

const apply: Intent = {
  name: 'apply',
  examples: [
    'I want to apply for the loan.',
    'How do I apply?',
    'That sounds good, how do I go on?',
    'Sign me up for the loan.',
    'I want to get this loan.',
    'How do I apply for a loan?',
    'I will take the loan.',
    "Let's do it.",
    'I want to go ahead with this loan.',
    'Where do I sign?',
    'How can I start the application?',
    'That sounds good, I take it.',
    'Please set up the loan for me.',
    'I would like to accept the offer.',
    'What do I do next to get the loan?',
    'Can I do the application with you?',
    'Send me the contract.',
    'I accept.',
    'How do I get it?',
    'Can you set it up?',
  ],
  async answer(dialogue, _, effect) {
    const { topic, plan } = discussed(dialogue);
    if (topic === 'plan') return setDownPlan(plan, effect);
    return {
      text: 'I cannot take an application on this line. You can apply in the Northwind app or in any branch, with a photo ID and your last three pay slips.',
    };
  },
};

async function setDownPlan({ cents, months }: Terms, effect: UseEffect): Promise<IntentAnswer> {
  if (cents === undefined || months === undefined) {
    return { text: 'Gladly. How much do you owe, and over how many months would you like to pay it?' };
  }
  const made = await effect('payment_plan_create', { debt: cents / 100, months });
  return made.done
    ? {
        text: `I have set the plan down: ${dollars(cents)} over ${spokenTerm(months)}. It starts once a member of staff has confirmed it.`,
      }
    : { text: 'I cannot start the plan myself. A member of staff has to confirm it, in any branch.' };
}

const homeLoan: Intent = {
  name: 'home_loan',
  examples: [
    'I want a mortgage.',
    'I want to buy a house.',
    'Do you have home loans?',
    'What are your mortgage rates?',
    'I need a loan to buy an apartment.',
    'How much would a mortgage cost?',
    'We are looking to finance our first home.',
    'Can I refinance my mortgage?',
    'I want to build a house, can you finance it?',
    'Do you give mortgages?',
    'I would like to talk about a home loan.',
    'What down payment do I need for a house?',
  ],
  answer: () => ({
    text: `Our advisers arrange home loans in the branches, ${staffHours}. On this line, I can quote personal loans of up to ${dollars(loanLimits.maxCents)}.`,
  }),
};

/** What comes before and after a quote, and what is quoted elsewhere. */
export const lendingIntents = [earlyRepayment, loanRequirements, apply, homeLoan] as const;
