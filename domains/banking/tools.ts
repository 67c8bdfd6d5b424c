import { z } from 'zod';
import type { Tool } from '../../engines/llm/engine.ts';
import { END_CALL } from '../domain.ts';
import { dollars, loan, paymentPlan, percent } from '../money.ts';
import { loanLimits, loanRateFor, planFeeCents, planLimits } from './facts.ts';
import { spokenTerm } from './spoken.ts';

/** Amounts as they are to be said, `$315.68`. */
export interface LoanQuote {
  amount: string;
  months: number;
  annual_rate: string;
  monthly_payment: string;
  last_payment: string;
  total_interest: string;
  total_to_repay: string;
}

export interface PlanQuote {
  debt: string;
  fee: string;
  payments: number;
  first_payment: string;
  monthly_payment: string;
  total: string;
}

interface Limits {
  minCents: number;
  maxCents: number;
  minMonths: number;
  maxMonths: number;
}

/** Why the bank would not quote this, in words for the caller. */
export const loanRefusal = (cents: number | undefined, months: number | undefined) =>
  refusal('We lend', 'A loan runs', loanLimits, cents, months);

export const planRefusal = (cents: number | undefined, months: number | undefined) =>
  refusal('We spread debts', 'A payment plan runs', planLimits, cents, months);

function refusal(lend: string, run: string, limits: Limits, cents?: number, months?: number) {
  if (cents !== undefined && (cents < limits.minCents || cents > limits.maxCents)) {
    return `${lend} from ${dollars(limits.minCents)} to ${dollars(limits.maxCents)}.`;
  }
  if (months !== undefined && (months < limits.minMonths || months > limits.maxMonths)) {
    return `${run} from ${spokenTerm(limits.minMonths)} to ${spokenTerm(limits.maxMonths)}.`;
  }
  return undefined;
}

export const amountInput = (what: string) =>
  z.number().positive().max(1_000_000_000).describe(`${what}, in dollars, e.g. 10000 or 612.5`);
export const monthsInput = z.number().int().positive().max(600);

const loanQuote: Tool<{ amount: number; months: number }, LoanQuote> = {
  name: 'loan_quote',
  description:
    'Quotes a personal loan: yearly interest rate, monthly payment, total interest and total to repay. Use it for every figure about a loan.',
  input: z
    .object({
      amount: amountInput('What the caller wants to borrow'),
      months: monthsInput.describe('How long the caller pays it back, in months, e.g. 36 for three years'),
    })
    .strict(),
  run({ amount, months }) {
    const cents = Math.round(amount * 100);
    const refused = loanRefusal(cents, months);
    if (refused) throw new Error(refused);
    const quoted = loan(cents, loanRateFor(months), months);
    return {
      amount: dollars(cents),
      months,
      annual_rate: percent(quoted.annualRateBp),
      monthly_payment: dollars(quoted.monthlyCents),
      last_payment: dollars(quoted.lastCents),
      total_interest: dollars(quoted.interestCents),
      total_to_repay: dollars(quoted.totalCents),
    };
  },
};

const paymentPlanTool: Tool<{ debt: number; months: number }, PlanQuote> = {
  name: 'payment_plan',
  description:
    'Works out a payment plan for money that the caller owes: equal monthly payments without interest. It is a proposal; nothing is set up by it.',
  input: z
    .object({
      debt: amountInput('What the caller owes'),
      months: monthsInput.describe('In how many monthly payments, e.g. 6'),
    })
    .strict(),
  run({ debt, months }) {
    const cents = Math.round(debt * 100);
    const refused = planRefusal(cents, months);
    if (refused) throw new Error(refused);
    const plan = paymentPlan(cents, months, planFeeCents(months));
    return {
      debt: dollars(cents),
      fee: dollars(plan.feeCents),
      payments: months,
      first_payment: dollars(plan.firstCents),
      monthly_payment: dollars(plan.monthlyCents),
      total: dollars(plan.totalCents),
    };
  },
};

const endCall: Tool<Record<string, never>, { ending: true }> = {
  name: END_CALL,
  description:
    'Ends the call after the words you say with it. Use it once the caller has said goodbye or wants nothing more.',
  input: z.object({}).strict(),
  run: () => ({ ending: true }),
};

export const tools: readonly Tool[] = [loanQuote, paymentPlanTool, endCall];
