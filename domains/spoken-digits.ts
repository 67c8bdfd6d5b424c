import { digitAt, tokenize, word, type Token } from './number-words.ts';

const REPEATS = new Map([
  ['double', 2],
  ['triple', 3],
]);
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/**
 * Runs of digits of a number that is a name and no amount: "four one, double two, thirty nine", "41-22-39" and
 * "412239" are all `412239`. In the order said.
 */
export const findDigitRuns = (text: string): string[] => findDigitSpans(text).map(({ digits }) => digits);

/** The same runs with their places in the text. */
export function findDigitSpans(text: string): { digits: string; start: number; end: number }[] {
  const tokens = tokenize(text);
  const runs: { digits: string; start: number; end: number }[] = [];
  let run: (typeof runs)[number] | undefined;
  for (let at = 0; at < tokens.length;) {
    const read = readDigits(tokens, at);
    if (!read) {
      run = undefined;
      at += 1;
      continue;
    }
    const { end } = tokens[read.next - 1]!;
    if (!run) runs.push((run = { digits: '', start: tokens[at]!.start, end }));
    run.digits += read.digits;
    run.end = end;
    at = read.next;
  }
  return runs;
}

function readDigits(tokens: Token[], at: number): { digits: string; next: number } | undefined {
  const times = REPEATS.get(word(tokens, at));
  const repeated = times === undefined ? undefined : digitAt(tokens, at + 1);
  if (repeated !== undefined) return { digits: repeated.repeat(times!), next: at + 2 };
  const numeral = tokens[at]!.value === undefined ? undefined : word(tokens, at).replaceAll(',', '');
  if (numeral !== undefined) return numeral.includes('.') ? undefined : { digits: numeral, next: at + 1 };
  const digit = digitAt(tokens, at);
  if (digit !== undefined) return { digits: digit, next: at + 1 };
  const teen = TEENS.indexOf(word(tokens, at));
  if (teen >= 0) return { digits: String(10 + teen), next: at + 1 };
  const tens = TENS.indexOf(word(tokens, at));
  if (tens < 0) return undefined;
  const unit = digitAt(tokens, at + 1);
  const withUnit = unit !== undefined && unit !== '0';
  return { digits: `${tens + 2}${withUnit ? unit : '0'}`, next: at + (withUnit ? 2 : 1) };
}
