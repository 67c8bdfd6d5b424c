/** A word, numeral or sign of a transcript; `start` and `end` are places in it. */
export interface Token {
  text: string;
  /** Set for a numeral. */
  value?: number;
  start: number;
  end: number;
}

/** A number and the token after it. */
export interface Reading {
  value: number;
  next: number;
  /** "grand" and "k" are said of money alone. */
  ofMoney: boolean;
}

const NUMERAL = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?`;
const TOKEN = new RegExp(String.raw`\$|%|\d+(?:st|nd|rd|th)\b|${NUMERAL}|[a-z]+(?:['’][a-z]+)?`, 'g');
const IS_NUMERAL = new RegExp(`^(?:${NUMERAL})$`);

/** Splits a transcript; "ten-year" and "$10k" fall into their parts. */
export function tokenize(text: string): Token[] {
  return Array.from(text.toLowerCase().matchAll(TOKEN), (match) => {
    const [found] = match;
    const token = { text: found, start: match.index, end: match.index + found.length };
    return IS_NUMERAL.test(found) ? { ...token, value: Number(found.replaceAll(',', '')) } : token;
  });
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SMALL = new Map<string, number>([
  ...DIGITS.map((word, i) => [word, i] as const),
  ...TEENS.map((word, i) => [word, 10 + i] as const),
  ...TENS.map((word, i) => [word, 20 + 10 * i] as const),
  ['fourty', 40],
]);
const LARGE = new Map([
  ['thousand', 1_000],
  ['thousands', 1_000],
  ['grand', 1_000],
  ['k', 1_000],
  ['million', 1_000_000],
]);
/** What recognisers write for two, four, eight and one; a number only right before a multiplier or a unit of time. */
export const HOMOPHONES = new Map([
  ['to', 2],
  ['too', 2],
  ['tree', 3],
  ['free', 3],
  ['for', 4],
  ['ate', 8],
  ['won', 1],
]);

/** The number that starts at token `from`, in words, numerals or both ("10 thousand"), if one does. */
export function readNumber(tokens: Token[], from: number): Reading | undefined {
  let [total, at, ofMoney, any] = [0, from, false, false];
  for (;;) {
    // "and" joins a smaller part only: "a thousand and fifty", but not "a thousand and two thousand".
    const start = any && word(tokens, at) === 'and' && readBelowThousand(tokens, at + 1) ? at + 1 : at;
    const part = readBelowThousand(tokens, start);
    const multiplier = LARGE.get(word(tokens, part?.next ?? start));
    if (!part && (multiplier === undefined || any)) break;
    const value = (part?.value ?? 1) * (multiplier ?? 1);
    if (any && value >= smallestMultiplier(total)) break;
    const unitWord = word(tokens, part?.next ?? start);
    total += value;
    any = true;
    at = (part?.next ?? start) + (multiplier === undefined ? 0 : 1);
    ofMoney ||= multiplier !== undefined && (unitWord === 'grand' || unitWord === 'k');
    if (multiplier === undefined) break;
  }
  return any && total < 1e12 ? { value: total, next: at, ofMoney } : undefined;
}

const smallestMultiplier = (total: number) => (total % 1_000_000 === 0 ? 1_000_000 : 1_000);

/** Up to 999, or what is said so: "twelve hundred and fifty", "six fifty", "10,000", "two point five", "a", "half a". */
function readBelowThousand(tokens: Token[], from: number): { value: number; next: number } | undefined {
  const first = tokens[from];
  if (!first) return undefined;
  if (first.value !== undefined) return withFraction(tokens, readNumeral(tokens, from));
  const article = readArticle(tokens, from);
  if (article) return article;
  const homophone = isMultiplier(word(tokens, from + 1)) ? HOMOPHONES.get(first.text) : undefined;
  let value = homophone ?? SMALL.get(first.text);
  if (value === undefined) {
    if (first.text === 'point') return withFraction(tokens, { value: 0, next: from });
    return first.text === 'hundred' ? readHundreds(tokens, from, 1) : undefined;
  }
  let next = from + 1;
  const second = SMALL.get(word(tokens, next));
  if (second !== undefined && value >= 20 && second >= 1 && second <= 9) {
    value += second;
    next++;
  } else if (second !== undefined && value >= 1 && value <= 19 && second >= (value <= 9 ? 10 : 20)) {
    // "six fifty", "twelve eighty": people leave the hundred out.
    const rest = readBelowHundred(tokens, next);
    return { value: value * 100 + rest.value, next: rest.next };
  }
  return word(tokens, next) === 'hundred'
    ? readHundreds(tokens, next, value)
    : withFraction(tokens, { value, next });
}

function readHundreds(tokens: Token[], at: number, hundreds: number) {
  const afterAnd = word(tokens, at + 1) === 'and' ? at + 2 : at + 1;
  if (!SMALL.has(word(tokens, afterAnd))) return { value: hundreds * 100, next: at + 1 };
  const rest = readBelowHundred(tokens, afterAnd);
  return { value: hundreds * 100 + rest.value, next: rest.next };
}

function readBelowHundred(tokens: Token[], at: number): { value: number; next: number } {
  const tens = SMALL.get(word(tokens, at))!;
  const unit = SMALL.get(word(tokens, at + 1));
  return tens >= 20 && unit !== undefined && unit >= 1 && unit <= 9
    ? { value: tens + unit, next: at + 2 }
    : { value: tens, next: at + 1 };
}

function readNumeral(tokens: Token[], at: number): { value: number; next: number } {
  const [first, second] = [tokens[at]!, tokens[at + 1]];
  // "10 000": a space between the groups.
  const grouped =
    second &&
    /^\d{3}$/.test(second.text) &&
    /^[1-9]\d{0,2}$/.test(first.text) &&
    second.start === first.end + 1;
  if (grouped) return { value: first.value! * 1_000 + second.value!, next: at + 2 };
  return { value: first.value!, next: at + 1 };
}

/** "point five", and "and a half" where a multiplier or a unit follows it. */
function withFraction(tokens: Token[], { value, next }: { value: number; next: number }) {
  if (word(tokens, next) === 'point') {
    let [digits, at] = ['', next + 1];
    for (let digit; (digit = digitAt(tokens, at)) !== undefined; at++) digits += digit;
    return digits === '' ? undefined : { value: Number(`${value}.${digits}`), next: at };
  }
  return readsAndAHalf(tokens, next) ? { value: value + 0.5, next: next + 3 } : { value, next };
}

export const readsAndAHalf = (tokens: Token[], at: number) =>
  word(tokens, at) === 'and' && word(tokens, at + 1) === 'a' && word(tokens, at + 2) === 'half';

/** "a hundred", "a thousand", "half a million", "a couple of years", "a dozen". */
function readArticle(tokens: Token[], at: number): { value: number; next: number } | undefined {
  const afterA = ['a', 'an'].includes(word(tokens, at)) ? at + 1 : at;
  const noun = word(tokens, afterA);
  if (noun === 'couple' || noun === 'dozen') {
    const next = word(tokens, afterA + 1) === 'of' ? afterA + 2 : afterA + 1;
    return { value: noun === 'couple' ? 2 : 12, next };
  }
  if (noun === 'half' && ['a', 'an'].includes(word(tokens, afterA + 1))) {
    return { value: 0.5, next: afterA + 2 };
  }
  if (afterA === at) return undefined;
  if (noun === 'hundred') return readHundreds(tokens, afterA, 1);
  return LARGE.has(noun) ? { value: 1, next: afterA } : undefined;
}

/** One digit, as a numeral or a word; "oh" is zero. */
export function digitAt(tokens: Token[], at: number): string | undefined {
  const text = word(tokens, at);
  if (/^\d$/.test(text)) return text;
  if (text === 'oh' || text === 'o') return '0';
  const digit = DIGITS.indexOf(text);
  return digit < 0 ? undefined : String(digit);
}

const isMultiplier = (text: string) => text === 'hundred' || LARGE.has(text);

/** The token's text, `''` past the end. */
export const word = (tokens: Token[], at: number) => tokens[at]?.text ?? '';
