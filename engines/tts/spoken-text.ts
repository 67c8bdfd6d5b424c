import { cardinal, digits, numeral, ordinal, year } from './number-words.ts';

/**
 * Written English as it is said: money, percentages, dates, times, phone and account numbers in words, without
 * markup. What a voice's own reading gets wrong ("dollar ten thousand point zero zero") must not reach it.
 */
export function spokenText(text: string): string {
  return RULES.reduce((words, [pattern, say]) => words.replace(pattern, say as never), text).trim();
}

type Rule = readonly [RegExp, string | ((...groups: (string | undefined)[]) => string)];

const CURRENCIES: Record<string, readonly [unit: string, units: string, part: string, parts: string]> = {
  $: ['dollar', 'dollars', 'cent', 'cents'],
  '€': ['euro', 'euros', 'cent', 'cents'],
  '£': ['pound', 'pounds', 'penny', 'pence'],
};
const SCALES: Record<string, string> = { k: 'thousand', m: 'million' };
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const MONTH = String.raw`(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)`;
const NUMBER = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`;
/** Letters that are said one by one; the voice would make a word of them. */
const SPELLED = /\b(APR|APY|FDIC|FAQ|SSN|CVV|CVC|OTP|KYC)(s?)\b/g;
const NAMED_NUMBER = String.raw`account|card|number|reference|confirmation|code|PIN|ending|digits?`;

/** Their dots would end the sentence. */
const ABBREVIATIONS: Record<string, string> = {
  Mr: 'Mister',
  Mrs: 'Missus',
  Dr: 'Doctor',
  'e.g': 'for example',
  'i.e': 'that is',
  etc: 'et cetera',
  vs: 'versus',
  approx: 'approximately',
};
const ABBREVIATED = String.raw`\b(Mr|Mrs|Dr|e\.g|i\.e|etc|vs|approx)\.`;

const RULES: readonly Rule[] = [
  [/^\s*(?:[-*•]|#+)\s+/gm, ''],
  [/[*_`~]|\p{Extended_Pictographic}\uFE0F?/gu, ''],
  [/([^.,!?:;\s])[^\S\n]*\n\s*/g, '$1. '],
  [/[’]/g, "'"],

  [
    new RegExp(
      String.raw`(\b(?:an?|another|each|every) )?([-−])?([$€£]) ?(${NUMBER})(?: ?(k|m|thousand|million|billion)\b)?(?=( [a-z])?)`,
      'gi',
    ),
    money,
  ],
  [/\s*\/\s*(day|week|month|year)\b/g, ' a $1'],
  [new RegExp(String.raw`(${NUMBER}) ?%`, 'g'), (_, value) => `${numeral(value!)} percent`],

  [/\b(\d{4})-(\d\d)-(\d\d)\b/g, (all, y, m, d) => date(m!, d!, y) ?? all!],
  [/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g, (all, m, d, y) => date(m!, d!, y) ?? all!],
  [
    new RegExp(String.raw`\b${MONTH} (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4})\b)?`, 'g'),
    (all, month, d, y) => date(String(monthNumber(month!)), d!, y) ?? all!,
  ],
  [
    new RegExp(
      String.raw`\b(${NAMED_NUMBER})((?: number| code| in| with| is|:| #)* ?)(\d{3,})\b(?![,.]\d)`,
      'gi',
    ),
    (_, name, between, number) => `${name}${between}${digits(number!)}`,
  ],
  [
    new RegExp(
      String.raw`\b(${MONTH}|in|since|by|until|before|after|during|year),? ((?:19|20)\d\d)\b(?![,.]\d)`,
      'gi',
    ),
    (_, word, _month, y) => `${word} ${year(Number(y))}`,
  ],
  [/\b(\d{1,2})(?::(\d\d))? ?([ap])(?:\.m\.|m\b)/gi, (_, hour, minute, half) => time(hour!, minute, half)],
  [/\b(\d{1,2}):(\d\d)\b/g, (_, hour, minute) => time(hour!, minute)],
  [/\b24\/7\b/g, 'twenty-four seven'],

  [/(?<!\d)\+?(?:\d{1,3}[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b/g, (all) => groups(all!)],
  [/\b\d{3}-\d{4}\b/g, (all) => groups(all!)],
  [/\b\d{4}(?:[ -]\d{4}){1,4}\b/g, (all) => groups(all!)],
  [/(?<![\d.,])\d{5,}(?![\d]|[.,]\d)/g, (all) => digits(all!)],

  [/(\d)\s*–\s*(?=\d)/g, '$1 to '],
  [/(?<![\d-])(\d{1,2})-(?=\d{1,2}(?![\d-]))/g, '$1 to '],
  [/\b(\d+)(?:st|nd|rd|th)\b/g, (_, value) => ordinal(Number(value))],
  [/(^|[\s(])[-−](?=\d)/g, '$1minus '],
  [/#(?=\d)/g, 'number '],
  [new RegExp(NUMBER, 'g'), (all) => numeral(all!)],

  [new RegExp(String.raw`${ABBREVIATED}\s*$`, 'g'), (_, word) => `${ABBREVIATIONS[word!]}.`],
  [new RegExp(ABBREVIATED, 'g'), (_, word) => ABBREVIATIONS[word!]!],
  [SPELLED, (_, letters, plural) => `${[...letters!].join(' ')}${plural ? "'s" : ''}`],
  [/ ?& ?/g, ' and '],
  [/\s+/g, ' '],
];

function money(...[, article = '', minus, sign, amount, scale, noun]: (string | undefined)[]): string {
  const [unit, units, part, parts] = CURRENCIES[sign!]!;
  const prefix = article + (minus ? 'minus ' : '');
  // "a ten thousand dollar loan", but "ten thousand dollars".
  const unitFor = (whole: number) => ((article && noun) || whole === 1 ? unit : units);
  if (scale) return `${prefix}${numeral(amount!)} ${SCALES[scale.toLowerCase()] ?? scale} ${unitFor(0)}`;
  const [written, fraction = ''] = amount!.replaceAll(',', '').split('.');
  const whole = Number(written);
  if (fraction.length > 2) return `${prefix}${numeral(amount!)} ${units}`;
  const rest = Number(fraction.padEnd(2, '0'));
  const change = `${cardinal(rest)} ${rest === 1 ? part : parts}`;
  if (whole === 0 && rest > 0) return prefix + change;
  return `${prefix}${cardinal(whole)} ${unitFor(whole)}${rest ? ` and ${change}` : ''}`;
}

/** Undefined where there is no such date. */
function date(month: string, day: string, inYear: string | undefined): string | undefined {
  const name = MONTHS[Number(month) - 1];
  if (!name || Number(day) < 1 || Number(day) > 31) return undefined;
  return `${name} ${ordinal(Number(day))}${inYear ? `, ${year(Number(inYear))}` : ''}`;
}

const monthNumber = (name: string) => MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1;

function time(hour: string, minute = '00', half?: string): string {
  const said = cardinal(Number(hour));
  const past = minute.startsWith('0') ? `oh ${cardinal(Number(minute))}` : cardinal(Number(minute));
  if (Number(minute) === 0) return half ? `${said} ${half.toUpperCase()} M` : `${said} o'clock`;
  return `${said} ${past}${half ? ` ${half.toUpperCase()} M` : ''}`;
}

/** Digits one by one, with a pause between groups. */
const groups = (written: string) => written.match(/\d+/g)!.map(digits).join(', ');
