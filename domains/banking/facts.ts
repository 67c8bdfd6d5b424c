/** What Northwind Bank, which does not exist, offers: the one source of the prompts, the tools and the answers. */

/** Basis points a year by the longest term, in months, that they hold for. */
export const loanRates = [
  { upToMonths: 60, annualRateBp: 850 },
  { upToMonths: 84, annualRateBp: 920 },
] as const;

export const loanLimits = { minCents: 100_000, maxCents: 5_000_000, minMonths: 6, maxMonths: 84 } as const;

/** The basis points a year of a loan over that many months, within the limits. */
export const loanRateFor = (months: number) =>
  loanRates.find((rate) => months <= rate.upToMonths)!.annualRateBp;

export const planLimits = { minCents: 2_000, maxCents: 1_000_000, minMonths: 2, maxMonths: 24 } as const;

/** Plans of up to a year are free. */
export const planFeeCents = (months: number) => (months <= 12 ? 0 : 1_500);

export const savingsRates = { instantBp: 320, oneYearDepositBp: 410 } as const;

export const openingHours = {
  weekdays: 'from nine in the morning to five in the afternoon, Monday to Friday',
  saturday: 'from ten to one on Saturday',
  sunday: 'closed on Sunday',
} as const;

export const branches = {
  main: '12 Harbor Street, in the city center',
  others: ['Station Square', 'Maple Avenue'],
} as const;

/** From the range of numbers kept for fiction. */
export const cardLine = 'eight hundred, five five five, zero one four two';
export const staffHours = 'Monday to Friday from nine to five';
