import { describe, expect, it } from 'vitest';
import { dollars, loan, paymentPlan, percent } from './money.ts';

const sumOf = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The textbook formula in floating point, good to a cent at these sizes. */
function textbookPayment(principalCents: number, annualRateBp: number, months: number): number {
  const rate = annualRateBp / 120_000;
  return rate === 0 ? principalCents / months : (principalCents * rate) / (1 - (1 + rate) ** -months);
}

/** A small generator with a seed (Lehmer), so that a failing case can be run again. */
function randomWholes(seed: number) {
  let state = seed;
  return (min: number, max: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return min + (state % (max - min + 1));
  };
}

describe('a loan', () => {
  it.each([
    // principal, rate, months → monthly; figures as amortisation tables print them
    [1_000_000, 600, 36, 304.22],
    [20_000_000, 600, 360, 1_199.1],
    [1_000_000, 850, 60, 205.17],
    [1_000_000, 850, 36, 315.68],
    [10_000_000, 700, 360, 665.3],
    [25_000_000, 450, 360, 1_266.71],
    [2_000_000, 500, 60, 377.42],
    [16_500_000, 450, 360, 836.03],
    [100_000, 1_200, 12, 88.85],
  ])(
    'of %i cents at %i basis points over %i months costs $%d a month',
    (principal, rate, months, monthly) => {
      expect(loan(principal, rate, months).monthlyCents).toBe(Math.round(monthly * 100));
    },
  );

  it('follows the published table, its last payment settling what rounding left', () => {
    // Recomputed with Python's decimal module at 80 digits.
    const quoted = loan(1_000_000, 600, 36);
    expect(quoted.schedule[0]).toEqual({
      month: 1,
      paymentCents: 30_422,
      interestCents: 5_000,
      principalCents: 25_422,
      balanceCents: 974_578,
    });
    expect(quoted.schedule[1]).toMatchObject({ interestCents: 4_873, balanceCents: 949_029 });
    expect(quoted).toMatchObject({ lastCents: 30_418, totalCents: 1_095_188, interestCents: 95_188 });
    expect(loan(20_000_000, 600, 360)).toMatchObject({ lastCents: 120_014, totalCents: 43_167_704 });
  });

  it('loses no cent, whatever its size, rate and term', () => {
    const next = randomWholes(20_240_229);
    for (let i = 0; i < 300; i++) {
      const [principal, rate, months] = [next(100, 50_000_000), next(0, 2_500), next(1, 360)];
      const quoted = loan(principal, rate, months);
      const { schedule } = quoted;
      expect(sumOf(schedule.map((part) => part.principalCents))).toBe(principal);
      expect(sumOf(schedule.map((part) => part.interestCents))).toBe(quoted.interestCents);
      expect(sumOf(schedule.map((part) => part.paymentCents))).toBe(quoted.totalCents);
      expect(schedule.at(-1)!.balanceCents).toBe(0);
      expect(schedule).toHaveLength(months);
      expect(Math.abs(quoted.monthlyCents - textbookPayment(principal, rate, months))).toBeLessThan(0.51);
    }
  });

  it('without interest is the principal in equal parts', () => {
    expect(loan(100_000, 0, 3)).toMatchObject({
      monthlyCents: 33_333,
      lastCents: 33_334,
      totalCents: 100_000,
      interestCents: 0,
    });
  });

  it('rounds half a cent up', () => {
    expect(loan(1, 0, 2).monthlyCents).toBe(1);
    expect(loan(5, 0, 2).monthlyCents).toBe(3);
  });

  it('that is smaller than its payments is paid off early', () => {
    const parts = loan(10, 0, 12).schedule.map((part) => part.paymentCents);
    expect(parts).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('is refused where the figures make no sense', () => {
    expect(() => loan(0, 850, 36)).toThrow(RangeError);
    expect(() => loan(100.5, 850, 36)).toThrow(RangeError);
    expect(() => loan(1_000, -1, 36)).toThrow(RangeError);
    expect(() => loan(1_000, 850, 0)).toThrow(RangeError);
    expect(() => loan(Number.NaN, 850, 36)).toThrow(RangeError);
    expect(() => loan(12_345, 10_000, 600)).toThrow(/whole cents/);
  });
});

describe('a payment plan', () => {
  it('has equal payments where the debt divides evenly', () => {
    expect(paymentPlan(60_000, 6)).toEqual({
      debtCents: 60_000,
      feeCents: 0,
      totalCents: 60_000,
      months: 6,
      firstCents: 10_000,
      monthlyCents: 10_000,
    });
  });

  it('puts the remainder into the first payment', () => {
    expect(paymentPlan(10_000, 3)).toMatchObject({ firstCents: 3_334, monthlyCents: 3_333 });
    expect(paymentPlan(10_000, 3, 1_500)).toMatchObject({
      totalCents: 11_500,
      firstCents: 3_834,
      monthlyCents: 3_833,
    });
  });

  it('loses no cent', () => {
    const next = randomWholes(7);
    for (let i = 0; i < 300; i++) {
      const plan = paymentPlan(next(1, 10_000_000), next(1, 60), next(0, 5_000));
      expect(plan.firstCents + plan.monthlyCents * (plan.months - 1)).toBe(plan.debtCents + plan.feeCents);
      expect(plan.firstCents - plan.monthlyCents).toBeGreaterThanOrEqual(0);
      expect(plan.firstCents - plan.monthlyCents).toBeLessThan(plan.months);
    }
  });

  it('is refused where the figures make no sense', () => {
    expect(() => paymentPlan(0, 6)).toThrow(RangeError);
    expect(() => paymentPlan(100, 1.5)).toThrow(RangeError);
    expect(() => paymentPlan(100, 6, -1)).toThrow(RangeError);
  });
});

describe('money in words', () => {
  it('is written as a bank writes it', () => {
    expect(dollars(1_000_000)).toBe('$10,000.00');
    expect(dollars(31_568)).toBe('$315.68');
    expect(dollars(5)).toBe('$0.05');
    expect(dollars(123_456_789_012)).toBe('$1,234,567,890.12');
    expect(percent(850)).toBe('8.5 percent');
    expect(percent(600)).toBe('6 percent');
  });
});
