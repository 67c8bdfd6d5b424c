import { z } from 'zod';
import { type EffectTool, Refusal } from '../../domain.ts';
import { dollars, paymentPlan } from '../../money.ts';
import { planFeeCents } from '../facts.ts';
import { amountInput, monthsInput, planRefusal } from '../tools.ts';

export const createPaymentPlan: EffectTool<{ debt: number; months: number }> = {
  name: 'payment_plan_create',
  description:
    'Sets down a payment plan that the caller has agreed to, after payment_plan has quoted it. Staff confirm it before it starts.',
  input: z
    .object({
      debt: amountInput('What the caller owes'),
      months: monthsInput.describe('In how many monthly payments, e.g. 6'),
    })
    .strict(),
  async run({ debt, months }, { key, session, customer, query }) {
    const cents = Math.round(debt * 100);
    const refused = planRefusal(cents, months);
    if (refused) throw new Refusal(refused);
    const plan = paymentPlan(cents, months, planFeeCents(months));
    await query(
      'insert into payment_plans (key, session, customer, debt_cents, months) values ($1, $2, $3, $4, $5)',
      [key, session, customer ?? null, cents, months],
    );
    return { output: { payments: months, monthly_payment: dollars(plan.monthlyCents), status: 'proposed' } };
  },
};

export const optOut: EffectTool<object> = {
  name: 'opt_out',
  description:
    'Notes that the caller does not want to be recorded, nor called by the bank. Use it as soon as the caller says so.',
  input: z.object({}).strict(),
  async run(_, { key, session, customer, query }) {
    await query('insert into privacy_requests (key, session, customer) values ($1, $2, $3)', [
      key,
      session,
      customer ?? null,
    ]);
    await query('update customers set opted_out = true, recording_consent = false where id = $1', [
      customer ?? null,
    ]);
    return { output: { noted: true }, recording: 'refused' };
  },
};
