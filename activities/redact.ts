import type { Turn } from '../call/transcript.ts';
import type { RedactedKind } from '../config/schema.ts';
import { findDigitSpans } from '../domains/spoken-digits.ts';
import type { AnalyticsActivities } from './types.ts';

/** Replaces what is personal in a text by what it was, as in `[card number]`. */
export type Redact = (text: string) => string;

const EMAIL =
  /[\w.+-]+@[\w-]+(?:\.\w+)+|\b[\w.-]+(?: (?:dot|underscore|dash) \w+)* at \w+(?: \w+)? dot (?:com|org|net|edu|gov|io|co|[a-z]{2})\b/gi;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;

/**
 * Digits in a row, in words or numerals, are taken for the first of these that is to be redacted: rather too much than too
 * little, since a recogniser's slip makes a card number a wrong one.
 */
const numbers: { kind: RedactedKind; digits: [least: number, most: number]; words: string }[] = [
  { kind: 'cards', digits: [13, 19], words: '[card number]' },
  { kind: 'phones', digits: [7, 15], words: '[phone number]' },
  { kind: 'accounts', digits: [6, 34], words: '[account number]' },
];

/** What redacts these kinds; undefined where there are none. */
export function redactor(kinds: readonly RedactedKind[]): Redact | undefined {
  if (kinds.length === 0) return undefined;
  const wanted = numbers.filter(({ kind }) => kinds.includes(kind));
  return (text) => {
    let clean = text;
    if (kinds.includes('emails')) clean = clean.replaceAll(EMAIL, '[e-mail address]');
    if (kinds.includes('accounts')) clean = clean.replaceAll(IBAN, '[account number]');
    for (const { digits, start, end } of findDigitSpans(clean).toReversed()) {
      const found = wanted.find(
        ({ digits: [least, most] }) => digits.length >= least && digits.length <= most,
      );
      // Amounts of money may be as long.
      if (!found || /[$€£]$/.test(clean.slice(0, start))) continue;
      clean = `${clean.slice(0, start).replace(/\+$/, '')}${found.words}${clean.slice(end)}`;
    }
    return clean;
  };
}

/** The analytics activities, which get to see turns without what is personal in their words. */
export const redactedActivities = (rows: AnalyticsActivities, redact: Redact): AnalyticsActivities => ({
  ...rows,
  recordTurn: (input) => rows.recordTurn({ ...input, turn: redactTurn(input.turn, redact) }),
});

function redactTurn(turn: Turn, redact: Redact): Turn {
  const { caller, answer, heard, tools } = turn;
  const within = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(within);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, within(inner)]));
    }
    return value;
  };
  return {
    ...turn,
    caller: redact(caller),
    answer: redact(answer),
    heard: redact(heard),
    tools: tools.map((tool) => ({ ...tool, input: within(tool.input), output: within(tool.output) })),
  };
}
