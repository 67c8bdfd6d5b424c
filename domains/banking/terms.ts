import type { CallerTurn } from '../domain.ts';
import { findQuantities, type Quantity } from '../numbers.ts';

/** What is asked about, as far as the caller has said it. */
export interface Terms {
  cents?: number;
  months?: number;
}

export type Topic = 'loan' | 'plan';

export interface Discussed {
  /** What the caller spoke about last. */
  topic?: Topic;
  loan: Terms;
  plan: Terms;
}

const OPENS = new Map<string, Topic>([
  ['loan_request', 'loan'],
  ['payment_plan', 'plan'],
]);
/** Intents whose figures belong to the topic at hand, or else to the one that they suggest. */
const CONTINUES = new Map<string, Topic | undefined>([
  ['change_terms', undefined],
  ['interest_rate', 'loan'],
  ['loan_cost', 'loan'],
]);

/** What a dialogue says about a loan and a payment plan: later figures take the place of earlier ones. */
export function discussed(dialogue: CallerTurn[]): Discussed {
  const found: Discussed = { loan: {}, plan: {} };
  /** Figures said before it was clear what they are for. */
  let loose: Terms = {};
  for (const { text, intents } of dialogue) {
    const opened = intents.map((name) => OPENS.get(name)).find((topic) => topic !== undefined);
    const continued = intents.filter((name) => CONTINUES.has(name));
    if (!opened && continued.length === 0) continue;
    const topic = opened ?? found.topic ?? CONTINUES.get(continued[0]!);
    if (!topic) {
      loose = { ...loose, ...termsIn(text, loose) };
      continue;
    }
    const known = { ...loose, ...found[topic] };
    found.topic = topic;
    found[topic] = { ...known, ...termsIn(text, known, topic) };
    loose = {};
  }
  return found;
}

/** The figures of one turn; `known` tells what a bare "six" is an answer to. */
export function termsIn(text: string, known: Terms, topic?: Topic): Terms {
  const quantities = findQuantities(text).filter((found) => !isAside(text, found));
  const terms: Terms = {};
  const cents = amountIn(quantities);
  if (cents !== undefined && cents > 0) terms.cents = cents;
  const owed = terms.cents ?? known.cents;
  const months =
    monthsIn(text, quantities, owed) ?? (topic === 'plan' ? affordable(quantities, owed) : undefined);
  if (months !== undefined) terms.months = months;
  return terms;
}

function amountIn(quantities: Quantity[]): number | undefined {
  const money = quantities.findLast((found) => found.kind === 'money' && found.per === undefined);
  if (money?.kind === 'money') return money.cents;
  const number = quantities.findLast((found) => found.kind === 'number' && found.value >= 100);
  return number?.kind === 'number' ? Math.round(number.value * 100) : undefined;
}

function monthsIn(text: string, quantities: Quantity[], cents: number | undefined): number | undefined {
  const span = quantities.findLast((found) => found.kind === 'duration' || found.kind === 'payments');
  if (span?.kind === 'duration') return span.months;
  if (span?.kind === 'payments') return span.count;
  // "Over how many months?" – "Six."
  const [only] = quantities;
  const isAnswer =
    only?.kind === 'number' && only.value < 100 && cents !== undefined && text.split(' ').length <= 4;
  return isAnswer && Number.isInteger(only.value) && only.value > 0 ? only.value : undefined;
}

/** "I can pay a hundred a month": as many months as that takes. */
function affordable(quantities: Quantity[], cents: number | undefined): number | undefined {
  const rate = quantities.findLast((found) => found.kind === 'money' && found.per === 'month');
  if (rate?.kind !== 'money' || rate.cents === 0 || cents === undefined) return undefined;
  return Math.ceil(cents / rate.cents);
}

/** Figures that are not what is asked for: "instead of ten thousand", "two months ago". */
function isAside(text: string, { start, end }: Quantity): boolean {
  const before = text.slice(0, start).toLowerCase();
  const after = text.slice(end).toLowerCase();
  return (
    /\b(instead of|rather than|not|last|past|behind by|behind) $/.test(before) ||
    /^ (ago|behind|late|overdue)\b/.test(after)
  );
}
