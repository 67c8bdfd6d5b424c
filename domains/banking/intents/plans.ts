import type { Intent, IntentAnswer, UseTool } from '../../domain.ts';
import { dollars } from '../../money.ts';
import { spokenCount, spokenTerm } from '../spoken.ts';
import { discussed, type Terms } from '../terms.ts';
import { type PlanQuote, planRefusal } from '../tools.ts';

const paymentPlan: Intent = {
  name: 'payment_plan',
  examples: [
    'I missed a payment last month.',
    'Can we set up a payment plan for ten thousand dollars over three years?',
    'Can we set up a payment plan?',
    'I need a payment plan.',
    'I cannot pay my bill.',
    'I am behind on my payments.',
    'I am late with my payment.',
    'I owe you ten thousand dollars, can I pay it over three years?',
    'Can I pay what I owe in installments?',
    'Can I pay my debt in several parts?',
    'I need more time to pay what I owe.',
    'I have an overdue bill that I cannot pay at once.',
    'I am in arrears.',
    'I have trouble making my payments.',
    'I cannot make my next payment.',
    'How do your payment plans work?',
    'Can I split the amount that is overdue?',
    'I want to catch up on missed payments.',
    'I have fallen behind with my loan.',
    'You sent me a letter about money that I owe.',
    'Can we arrange smaller payments for my debt?',
    'I am out of work and cannot pay you.',
    "I don't have enough money to pay this month.",
    'I am short of money, can we come to an arrangement?',
  ],
  answer: (dialogue, use) => answerPlan(discussed(dialogue).plan, use),
};

/** A plan, or the question for what is missing. */
export function answerPlan({ cents, months }: Terms, use: UseTool): IntentAnswer {
  const refused = planRefusal(cents, months);
  if (refused) return { text: `${refused} How much do you owe, and how many months would suit you?` };
  if (cents === undefined && months === undefined) {
    return { text: 'Yes, we can spread what you owe. How much is it, and over how many months?' };
  }
  if (cents === undefined) return { text: 'How much do you owe?' };
  if (months === undefined) return { text: `Over how many months would you like to pay ${dollars(cents)}?` };
  const plan = use('payment_plan', { debt: cents / 100, months }) as PlanQuote;
  return {
    text:
      `Yes, we can do that: ${payments(plan)}. ` +
      `That settles ${plan.debt} over ${spokenTerm(months)}, ${fee(plan)}. ` +
      'A member of staff has to confirm the plan before it starts.',
  };
}

function payments(plan: PlanQuote): string {
  if (plan.first_payment === plan.monthly_payment) {
    return `${spokenCount(plan.payments)} monthly payments of ${plan.monthly_payment}`;
  }
  return `one payment of ${plan.first_payment}, then ${spokenCount(plan.payments - 1)} of ${plan.monthly_payment} a month`;
}

const fee = (plan: PlanQuote) =>
  plan.fee === '$0.00' ? 'with no interest and no fee' : `with no interest and a fee of ${plan.fee}`;

export const planIntents = [paymentPlan] as const;
