import { digitAt, readNumber, tokenize, word, type Token } from './number-words.ts';

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const ORDINALS = (
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth ' +
  'fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'
).split(' ');

/**
 * A full date in a transcript as `YYYY-MM-DD`: "the third of May nineteen eighty", "May 3rd, 1980", "5/3/1980"
 * (the month first), or eight keyed digits, `05031980`.
 */
export const findDate = (text: string): string | undefined => inDigits(text) ?? inWords(text);

/** A month's name: part of a date at least. */
export const namesMonth = (text: string): boolean =>
  tokenize(text).some((_, at, tokens) => monthAt(tokens, at) !== undefined);

function inDigits(text: string): string | undefined {
  const iso = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/.exec(text);
  if (iso) return dateOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const parted = /\b(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})\b/.exec(text);
  const keyed = /(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)/.exec(text.replaceAll(/(?<=\d) (?=\d\b)/g, ''));
  const found = parted ?? keyed;
  return found ? dateOf(Number(found[3]), Number(found[1]), Number(found[2])) : undefined;
}

function inWords(text: string): string | undefined {
  const tokens = tokenize(text);
  for (let at = 0; at < tokens.length; at++) {
    const month = monthAt(tokens, at);
    if (month === undefined) continue;
    const before = dayBefore(tokens, at);
    const after =
      before === undefined ? dayAt(tokens, word(tokens, at + 1) === 'the' ? at + 2 : at + 1) : undefined;
    const day = before ?? after?.day;
    const year = yearAt(tokens, after?.next ?? at + 1);
    const found = day !== undefined && year !== undefined ? dateOf(year, month, day) : undefined;
    if (found) return found;
  }
  return undefined;
}

function monthAt(tokens: Token[], at: number): number | undefined {
  const name = word(tokens, at);
  const month = MONTHS.findIndex((full) => full === name || (name.length >= 3 && full.slice(0, 3) === name));
  return month < 0 ? undefined : month + 1;
}

/** "the third of May", "3 May", "twenty first of May". */
function dayBefore(tokens: Token[], month: number): number | undefined {
  const end = word(tokens, month - 1) === 'of' ? month - 1 : month;
  for (const from of [end - 2, end - 1]) {
    const read = from < 0 ? undefined : dayAt(tokens, from);
    if (read?.next === end) return read.day;
  }
  return undefined;
}

function dayAt(tokens: Token[], at: number): { day: number; next: number } | undefined {
  const text = word(tokens, at);
  const numeral = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(text);
  if (numeral) return { day: Number(numeral[1]), next: at + 1 };
  const ordinal = ORDINALS.indexOf(text);
  if (ordinal >= 0) return { day: ordinal + 1, next: at + 1 };
  if (text === 'thirtieth') return { day: 30, next: at + 1 };
  const tens = ['twenty', 'thirty'].indexOf(text);
  const unit = ORDINALS.indexOf(word(tokens, at + 1));
  if (tens >= 0 && unit >= 0 && unit < 9) return { day: 20 + 10 * tens + unit + 1, next: at + 2 };
  // "May third eighty five" has its day first; "May twenty five" a number.
  const number = readNumber(tokens, at);
  return number && number.next <= at + 2 && number.value <= 31
    ? { day: number.value, next: number.next }
    : undefined;
}

/** "nineteen eighty", "nineteen oh five", "two thousand and one", "1980", "in 1980". */
function yearAt(tokens: Token[], from: number): number | undefined {
  const at = ['in', 'of'].includes(word(tokens, from)) ? from + 1 : from;
  const number = readNumber(tokens, at);
  if (!number) return undefined;
  if (number.value >= 1_000) return number.value;
  const century = [19, 20].includes(number.value) ? number.value : undefined;
  if (century === undefined)
    return number.value >= 20 && number.value <= 99 ? 1_900 + number.value : undefined;
  const zero = digitAt(tokens, number.next) === '0';
  const rest = zero ? Number(digitAt(tokens, number.next + 1)) : readNumber(tokens, number.next)?.value;
  return rest === undefined || Number.isNaN(rest) || rest > 99 ? undefined : century * 100 + rest;
}

function dateOf(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = year >= 1_900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.toISOString().slice(0, 10) : undefined;
}
