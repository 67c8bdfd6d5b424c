/**
 * Exact money. Amounts are whole cents; rates are basis points a year (850 is 8.5 %). Between them stands
 * rational arithmetic in BigInt, rounded half-up to the cent where a bank would round.
 */

export interface Instalment {
  /** From 1. */
  month: number;
  paymentCents: number;
  interestCents: number;
  principalCents: number;
  /** What is owed after this payment. */
  balanceCents: number;
}

export interface Loan {
  principalCents: number;
  annualRateBp: number;
  months: number;
  /** Every payment but the last. */
  monthlyCents: number;
  /** Settles the balance to the cent, so it differs from the others by what rounding left. */
  lastCents: number;
  totalCents: number;
  interestCents: number;
  schedule: Instalment[];
}

/** Basis points a year, as a rate a month: `bp / 10,000 / 12`. */
const RATE_DIVISOR = 120_000n;

/** The schedule of an annuity loan, paid at each month's end. Throws RangeError, also where cents are too coarse. */
export function loan(principalCents: number, annualRateBp: number, months: number): Loan {
  checkWhole('principalCents', principalCents, 1, MAX_CENTS);
  checkWhole('annualRateBp', annualRateBp, 0, 100_000);
  checkWhole('months', months, 1, 600);
  const monthlyCents = annuity(BigInt(principalCents), BigInt(annualRateBp), BigInt(months));
  const schedule: Instalment[] = [];
  let balance = BigInt(principalCents);
  for (let month = 1; month <= months; month++) {
    const interest = roundHalfUp(balance * BigInt(annualRateBp), RATE_DIVISOR);
    const owed = balance + interest;
    // A tiny loan, its payment rounded up, is paid off before the last month.
    const payment = month === months || owed < monthlyCents ? owed : monthlyCents;
    balance = owed - payment;
    schedule.push({
      month,
      paymentCents: Number(payment),
      interestCents: Number(interest),
      principalCents: Number(payment - interest),
      balanceCents: Number(balance),
    });
  }
  const totalCents = sum(schedule.map((instalment) => instalment.paymentCents));
  const lastCents = schedule.at(-1)!.paymentCents;
  // At 100 % over 50 years, the fraction of a cent that rounding drops grows larger than the loan.
  if (lastCents > 2n * monthlyCents) {
    throw new RangeError(`${months} equal payments in whole cents do not repay this loan`);
  }
  return {
    principalCents,
    annualRateBp,
    months,
    monthlyCents: Number(monthlyCents),
    lastCents,
    totalCents,
    interestCents: totalCents - principalCents,
    schedule,
  };
}

/** P·i·qⁿ / (qⁿ − 1) with q = 1 + i, as one fraction. */
function annuity(principal: bigint, rateBp: bigint, months: bigint): bigint {
  if (rateBp === 0n) return roundHalfUp(principal, months);
  const grown = (RATE_DIVISOR + rateBp) ** months;
  return roundHalfUp(principal * rateBp * grown, RATE_DIVISOR * (grown - RATE_DIVISOR ** months));
}

export interface PaymentPlan {
  debtCents: number;
  feeCents: number;
  totalCents: number;
  months: number;
  /** Takes what doesn't divide evenly, so that it is never below the others. */
  firstCents: number;
  /** Every payment but the first. */
  monthlyCents: number;
}

/** A debt, and a fee where there is one, in equal payments without interest. Throws RangeError. */
export function paymentPlan(debtCents: number, months: number, feeCents = 0): PaymentPlan {
  checkWhole('debtCents', debtCents, 1, MAX_CENTS);
  checkWhole('feeCents', feeCents, 0, MAX_CENTS);
  checkWhole('months', months, 1, 600);
  const totalCents = debtCents + feeCents;
  const monthlyCents = Math.floor(totalCents / months);
  const firstCents = totalCents - monthlyCents * (months - 1);
  return { debtCents, feeCents, totalCents, months, firstCents, monthlyCents };
}

/** `1000000` → `$10,000.00`. */
export function dollars(cents: number): string {
  checkWhole('cents', cents, 0, Number.MAX_SAFE_INTEGER);
  const whole = Math.floor(cents / 100).toString();
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `$${grouped}.${(cents % 100).toString().padStart(2, '0')}`;
}

/** `850` → `8.5 percent`. */
export function percent(basisPoints: number): string {
  return `${basisPoints / 100} percent`;
}

/** Ten billion dollars: sums of 600 payments of a loan this size at any rate stay safe integers. */
const MAX_CENTS = 1_000_000_000_000;

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
}

const roundHalfUp = (numerator: bigint, denominator: bigint) =>
  (2n * numerator + denominator) / (2n * denominator);

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
