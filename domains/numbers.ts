import {
  digitAt,
  HOMOPHONES,
  readNumber,
  readsAndAHalf,
  tokenize,
  word,
  type Token,
} from './number-words.ts';

/** A figure found in a transcript; `start` and `end` are places in it. */
export type Quantity = Figure & { start: number; end: number };

type Figure =
  /** `per`: said of a rate, as in "three hundred a month". */
  | { kind: 'money'; cents: number; per?: Period }
  | { kind: 'duration'; months: number }
  | { kind: 'percent'; basisPoints: number }
  /** "in four parts", "over six payments". */
  | { kind: 'payments'; count: number }
  /** Three or more digits said one by one. */
  | { kind: 'digits'; digits: string }
  | { kind: 'number'; value: number };

type Period = 'week' | 'month' | 'year';

/** Every figure in a transcript, in the order said, however the recogniser wrote it. */
export function findQuantities(text: string): Quantity[] {
  const tokens = tokenize(text);
  const found: Quantity[] = [];
  for (let at = 0; at < tokens.length;) {
    const reading = readDigits(tokens, at) ?? readDuration(tokens, at) ?? readFigure(tokens, at);
    if (!reading) {
      at++;
      continue;
    }
    if (reading.figure) {
      found.push({ ...reading.figure, start: tokens[at]!.start, end: tokens[reading.next - 1]!.end });
    }
    at = reading.next;
  }
  return found;
}

/** No figure: something that looks like one and isn't, such as a year. */
interface Read {
  figure?: Figure;
  next: number;
}

const REPEATS = new Map([
  ['double', 2],
  ['triple', 3],
]);

function readDigits(tokens: Token[], from: number): Read | undefined {
  let [digits, at] = ['', from];
  for (;;) {
    const times = REPEATS.get(word(tokens, at)) ?? 1;
    const digit = digitAt(tokens, times > 1 ? at + 1 : at);
    if (digit === undefined) break;
    digits += digit.repeat(times);
    at += times > 1 ? 2 : 1;
  }
  // "one two five hundred" ends in a number of its own, which is no digit.
  if (['hundred', 'thousand', 'grand', 'k', 'million'].includes(word(tokens, at))) return undefined;
  return digits.length >= 3 ? { figure: { kind: 'digits', digits }, next: at } : undefined;
}

/** "three years and six months", "a year and a half", "18-month", "half a year". */
function readDuration(tokens: Token[], from: number): Read | undefined {
  const first = readSpan(tokens, from);
  if (!first) return undefined;
  let { months, next } = first;
  if (first.unit === 12) {
    if (readsAndAHalf(tokens, next)) {
      return { figure: { kind: 'duration', months: months + 6 }, next: next + 3 };
    }
    const rest = readSpan(tokens, word(tokens, next) === 'and' ? next + 1 : next);
    if (rest?.unit === 1) {
      months += rest.months;
      next = rest.next;
    }
  }
  return Number.isInteger(months) && months > 0 ? { figure: { kind: 'duration', months }, next } : undefined;
}

const MONTHS_IN = new Map([
  ...['month', 'months', "month's", 'mo', 'mos'].map((name) => [name, 1] as const),
  ...['year', 'years', "year's", 'yr', 'yrs'].map((name) => [name, 12] as const),
]);

function readSpan(tokens: Token[], at: number): { months: number; unit: number; next: number } | undefined {
  const unitAt = (place: number) => MONTHS_IN.get(word(tokens, place));
  const article = ['a', 'an'].includes(word(tokens, at)) ? unitAt(at + 1) : undefined;
  if (article !== undefined && isSpanWithArticle(tokens, at)) {
    return { months: article, unit: article, next: at + 2 };
  }
  const misheard = HOMOPHONES.get(word(tokens, at));
  const afterMisheard = misheard === undefined ? undefined : unitAt(at + 1);
  if (afterMisheard !== undefined && SPAN_PREPOSITIONS.has(word(tokens, at - 1))) {
    return { months: misheard! * afterMisheard, unit: afterMisheard, next: at + 2 };
  }
  const number = readNumber(tokens, at);
  const unit = number && unitAt(number.next);
  return unit === undefined ? undefined : { months: number!.value * unit, unit, next: number!.next + 1 };
}

const SPAN_PREPOSITIONS = new Set(['over', 'in', 'for', 'within', 'of', 'about', 'say', 'it', 'like']);

/** "over a year" is a span; "how much a month" and "once a year" are not. */
const isSpanWithArticle = (tokens: Token[], at: number) =>
  at === 0 || SPAN_PREPOSITIONS.has(word(tokens, at - 1)) || readsAndAHalf(tokens, at + 2);

const DOLLARS = new Set(['dollar', 'dollars', 'buck', 'bucks', 'usd']);
const PAYMENTS = new Set(['payments', 'parts', 'installments', 'instalments']);

function readFigure(tokens: Token[], from: number): Read | undefined {
  const sign = word(tokens, from) === '$' || DOLLARS.has(word(tokens, from));
  const number = readNumber(tokens, sign ? from + 1 : from);
  if (!number) return undefined;
  const { value, next } = number;
  const unit = word(tokens, next);
  if (sign || number.ofMoney || DOLLARS.has(unit)) {
    return readMoney(tokens, value, DOLLARS.has(unit) ? next + 1 : next);
  }
  if (unit === 'cents' || unit === 'cent') {
    return { figure: { kind: 'money', cents: Math.round(value) }, next: next + 1 };
  }
  if (unit === '%' || unit === 'percent' || (unit === 'per' && word(tokens, next + 1) === 'cent')) {
    const basisPoints = Math.round(value * 100);
    return { figure: { kind: 'percent', basisPoints }, next: next + (unit === 'per' ? 2 : 1) };
  }
  // "in four parts", but not "I missed two payments".
  if (
    PAYMENTS.has(unit) &&
    Number.isInteger(value) &&
    ['in', 'into', 'over', 'with'].includes(word(tokens, from - 1))
  ) {
    return { figure: { kind: 'payments', count: value }, next: next + 1 };
  }
  if (isCalendarYear(tokens, from)) return { next };
  const period = readPeriod(tokens, next);
  if (period && value >= 10) return readMoney(tokens, value, next);
  return { figure: { kind: 'number', value }, next };
}

function readMoney(tokens: Token[], value: number, next: number): Read {
  let [cents, at] = [Math.round(value * 100), next];
  const small = readNumber(tokens, word(tokens, at) === 'and' ? at + 1 : at);
  if (small && /^cents?$/.test(word(tokens, small.next))) {
    cents += Math.round(small.value);
    at = small.next + 1;
  }
  const period = readPeriod(tokens, at);
  return period
    ? { figure: { kind: 'money', cents, per: period.per }, next: period.next }
    : { figure: { kind: 'money', cents }, next: at };
}

const PERIODS = new Map<string, Period>([
  ['week', 'week'],
  ['month', 'month'],
  ['year', 'year'],
]);
const ADVERBS = new Map<string, Period>([
  ['weekly', 'week'],
  ['monthly', 'month'],
  ['yearly', 'year'],
  ['annually', 'year'],
]);

/** "a month", "per year", "every week", "monthly". */
function readPeriod(tokens: Token[], at: number): { per: Period; next: number } | undefined {
  const adverb = ADVERBS.get(word(tokens, at));
  if (adverb) return { per: adverb, next: at + 1 };
  const noun = PERIODS.get(word(tokens, at + 1));
  return noun && ['a', 'per', 'each', 'every'].includes(word(tokens, at))
    ? { per: noun, next: at + 2 }
    : undefined;
}

const BEFORE_A_YEAR =
  /^(in|since|until|january|february|march|april|may|june|july|august|september|october|november|december)$/;

/** "in 2023", "since March 2024". */
const isCalendarYear = (tokens: Token[], at: number) =>
  /^(19|20)\d\d$/.test(word(tokens, at)) && BEFORE_A_YEAR.test(word(tokens, at - 1));
