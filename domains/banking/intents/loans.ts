import type { Intent, IntentAnswer, UseTool } from '../../domain.ts';
import { dollars, percent } from '../../money.ts';
import { loanRates } from '../facts.ts';
import { spokenTerm } from '../spoken.ts';
import { discussed, type Terms, termsIn } from '../terms.ts';
import { type LoanQuote, loanRefusal } from '../tools.ts';
import { answerPlan } from './plans.ts';

const loanRequest: Intent = {
  name: 'loan_request',
  examples: [
    'I would like a loan.',
    'I want to take out a loan of ten thousand dollars over three years.',
    'Can I borrow ten thousand dollars?',
    'I need a personal loan.',
    'How much would a loan of ten thousand dollars cost over three years?',
    'Can you give me a quote for a loan?',
    'I want to borrow money.',
    'I am interested in a credit of ten thousand dollars.',
    'I need money to buy a car.',
    'Can you lend me some money for three years?',
    'I want to finance my kitchen.',
    'What would I pay if I borrowed ten thousand dollars?',
    'A loan.',
    'I would like to take a loan of ten thousand dollars.',
    'I am calling about a new loan.',
    'What would a loan cost?',
    'A quote for ten thousand dollars over three years, please.',
    'Do you give loans to private customers?',
    'I need cash for a wedding.',
    'We want to renovate our house and need money.',
    'I want to buy a motorcycle on credit.',
  ],
  answer: (dialogue, use) => answerLoan(discussed(dialogue).loan, use),
};

/** A quote, or the question for what is missing. */
function answerLoan(terms: Terms, use: UseTool): IntentAnswer {
  const { cents, months } = terms;
  const refused = loanRefusal(cents, months);
  if (refused) return { text: `${refused} Which amount and how many years would suit you?` };
  if (cents === undefined && months === undefined) {
    return { text: 'Gladly. How much would you like to borrow, and over how many years?' };
  }
  if (cents === undefined) return { text: 'How much would you like to borrow?' };
  if (months === undefined) {
    return { text: `Over how many months or years would you like to pay back ${dollars(cents)}?` };
  }
  const quote = quoteLoan(cents, months, use);
  return {
    text:
      `That would be ${quote.monthly_payment} a month. ` +
      `It is for a loan of ${quote.amount} over ${spokenTerm(months)}, at ${quote.annual_rate} interest a year.`,
  };
}

const quoteLoan = (cents: number, months: number, use: UseTool) =>
  use('loan_quote', { amount: cents / 100, months }) as LoanQuote;

const loanCost: Intent = {
  name: 'loan_cost',
  examples: [
    'How much is that a month?',
    'What would my monthly payment be?',
    'What would I have to pay every month?',
    'How much do I pay back in total?',
    'What is the total cost?',
    'How much interest is that altogether?',
    'What does it cost me in all?',
    'How high are the installments?',
    'How much are the monthly rates?',
    'And what is the overall amount?',
    'What would the payments be?',
    'How much do I pay per month?',
    'What is the monthly amount?',
    'How much altogether, with interest?',
    'What have I paid in the end?',
    'How much more is that than what I borrow?',
    'What would each payment be?',
    'And per month?',
    'How expensive would that be?',
  ],
  answer(dialogue, use) {
    const { topic, loan, plan } = discussed(dialogue);
    if (topic === 'plan') return answerPlan(plan, use);
    const { cents, months } = loan;
    if (cents === undefined || months === undefined || loanRefusal(cents, months))
      return answerLoan(loan, use);
    const quote = quoteLoan(cents, months, use);
    return {
      text:
        `You would pay ${quote.monthly_payment} a month. ` +
        `Over ${spokenTerm(months)} that comes to ${quote.total_to_repay}, of which ${quote.total_interest} is interest.`,
    };
  },
};

const interestRate: Intent = {
  name: 'interest_rate',
  examples: [
    'What is the interest rate?',
    'What would the interest be on that?',
    'What is the rate for a loan?',
    'How high is the interest?',
    'What are your loan rates?',
    'Which interest rate do you charge for loans?',
    'What is the annual percentage rate?',
    'How many percent is that?',
    'What APR do you offer?',
    'Tell me your interest rates.',
    'At what rate do you lend?',
    'And what is the rate?',
    'What would the rate be for that?',
    'Is the interest fixed?',
    'What are your conditions for loans?',
    'And the interest?',
    'Is the rate different for longer loans?',
    'What percentage do I have to pay?',
    'Is that your best rate?',
  ],
  answer(dialogue, use) {
    const { topic, loan } = discussed(dialogue);
    if (topic === 'plan') return { text: 'There is no interest on a payment plan.' };
    const { cents, months } = loan;
    if (cents === undefined || months === undefined || loanRefusal(cents, months)) return { text: allRates };
    const quote = quoteLoan(cents, months, use);
    return {
      text:
        `The interest rate would be ${quote.annual_rate} a year. ` +
        `Over ${spokenTerm(months)}, that is ${quote.total_interest} of interest on ${quote.amount}.`,
    };
  },
};

const [upToFive, longer] = loanRates;
const allRates =
  `Personal loans are at ${percent(upToFive.annualRateBp)} a year up to ${spokenTerm(upToFive.upToMonths)}. ` +
  `Up to ${spokenTerm(longer.upToMonths)}, it is ${percent(longer.annualRateBp)}.`;

const changeTerms: Intent = {
  name: 'change_terms',
  minor: true,
  examples: [
    'And over three years instead?',
    'What about three years?',
    'Can I spread it over three years instead?',
    'What if I take ten thousand dollars instead?',
    'And for ten thousand dollars?',
    'Make it ten thousand dollars.',
    'Make it three years.',
    'Three years.',
    'Three years, please.',
    'Over three years.',
    'Ten thousand dollars.',
    'Maybe ten thousand dollars.',
    'Ten thousand dollars over three years.',
    'Six.',
    'Can I pay it back over a longer time?',
    'What if I only borrow ten thousand dollars?',
    'Can we spread the payments over three years?',
    'How about three years then?',
    'Can I take three years to pay it back?',
    'A shorter term, please.',
  ],
  answer(dialogue, use) {
    const { topic, loan, plan } = discussed(dialogue);
    if (!topic) return { text: 'Is that for a loan, or for a payment plan?' };
    const said = termsIn(dialogue.at(-1)!.text, topic === 'plan' ? plan : loan, topic);
    if (said.cents === undefined && said.months === undefined) {
      return { text: 'For which amount, or how many months, shall I work it out?' };
    }
    return topic === 'plan' ? answerPlan(plan, use) : answerLoan(loan, use);
  },
};

export const loanIntents = [loanRequest, loanCost, interestRate, changeTerms] as const;
