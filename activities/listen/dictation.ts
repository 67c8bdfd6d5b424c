import type { DictatedNumber } from '../../domains/endpointing.ts';
import type { Heard } from './unfinished.ts';

const DIGIT = /^(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)$/;
const REPEATS: Record<string, number> = { double: 1, triple: 2 };
/** Amounts, dates and spans of time are said whole, not dictated. */
const MEASURED = /[$£€%]|\d,\d{3}|\d(?:st|nd|rd|th)\b/;

/**
 * How much is missing of a number that the caller dictates, 0–1: 0 when all its digits are there, near 1 when some
 * are missing. Undefined where none is being dictated: a number counts as dictated when the caller or the bot's
 * question names it, or when the words end in two digits or more.
 */
export function missingDigits(
  { text: said, asked, spokenMs }: Heard,
  numbers: readonly DictatedNumber[],
): number | undefined {
  const named =
    numbers.find(({ named }) => named.test(said)) ?? numbers.find(({ named }) => named.test(asked));
  const tokens = tokensOf(said);
  const count = tokens.reduce((sum, token) => sum + digitsIn(token), 0);
  if (named && count > 0) {
    return Math.min(count, spokenMs / SHORTEST_DIGIT_MS) >= named.digits ? 0 : SOME_MISSING;
  }
  if (named?.named.test(said.slice(-24)) && !ABOUT_A_NUMBER.test(said)) return 1;
  const trailing = tokens.slice(-2);
  const isRun = trailing.length === 2 && trailing.every((token) => digitsIn(token) > 0);
  return isRun ? UNKNOWN_LENGTH : undefined;
}

/** "Where can I find my account number?" */
const ABOUT_A_NUMBER =
  /\b(?:where|how|why|what is|what's|can i|could i|do i|do you)\b[^.]*\b(?:my|your|a|an)\b[^.?]*\?$/i;
/** Recognisers make whole telephone numbers of a few digits; nobody says five in a second and is understood. */
const SHORTEST_DIGIT_MS = 200;
/** Rather than 1: on a bad line, a digit that is missing may have been said and not heard. */
const SOME_MISSING = 0.8;
/** Nobody said how long the number is: it may be whole, but more digits are likelier. */
const UNKNOWN_LENGTH = 0.7;

const tokensOf = (text: string) =>
  MEASURED.test(text) ? [] : (text.toLowerCase().match(/\d+|[a-z']+/g) ?? []);

function digitsIn(token: string): number {
  if (/^\d+$/.test(token)) return token.length;
  return DIGIT.test(token) ? 1 : (REPEATS[token] ?? 0);
}
