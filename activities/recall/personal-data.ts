import { findDate, namesMonth } from '../../domains/dates.ts';
import { findQuantities } from '../../domains/numbers.ts';
import { findDigitRuns } from '../../domains/spoken-digits.ts';

/**
 * What a stored answer must not hold: whatever tells one caller from others. Meant to see too much rather than too
 * little: an answer that isn't stored costs a model's answer, nothing else.
 */

const EMAIL = /[\w.+-]+@[\w-]+\.\w+|\b\w+ at \w+(?: \w+)? dot (?:com|org|net|edu|gov|io|co|[a-z]{2})\b/i;
/** Codes of letters and digits: an IBAN, a booking's or a policy's number. */
const CODE = /\b(?=[A-Z0-9-]*\d[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9][A-Z0-9-]{4,}\b/;
const BIRTH = /\b(?:born|birthday|date of birth|birth date)\b/i;
const NAMED =
  /\b(?:my (?:full |first |last |maiden |sur)?name|i am called|call me|this is (?!a\b|an\b|the\b|about|for|my|not|it)[\w-]+(?: [\w-]+)?(?: speaking| calling| here)|speaking with (?!a\b|an\b|the\b|you|some))\b/i;
const RELATIVE =
  /\bmy (?:wife|husband|son|daughter|mother|father|partner|brother|sister|friend|boss)\W+[A-Z][a-z]+/;
const SECRET =
  /\bmy (?:\w+ ){0,2}(?:password|passcode|pin|code|address|number|id|passport|email|postcode|zip|salary|income|balance|rent|weight|age|diagnosis)\b(?: \w+)? (?:is|are|was|'s)\b/i;
const STREET =
  /\b\d+ (?:\w+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|boulevard|way|court)\b|\bi live\b/i;
/** "I am John": what follows is a name unless it is one of these, or ends like a participle. */
const I_AM = /\b(?:i am|i'm|im)\s+([\p{L}'-]+)/giu;
const NO_NAME = new Set(
  `a an the not in at on from of out off over under with without at still just new sick ill happy unhappy sorry able unable
allowed late early ready sure unsure here there away abroad back your his her their my our also only already always
currently really very so too pregnant allergic eligible at going gonna self entitled locked stuck short overdrawn
required supposed covered insured interested worried married single retired unemployed disabled diabetic behind done
curious wondering currently about after before near next by for`.split(/\s+/),
);
/** Amounts and digits that an answer says are the caller's. */
const OF_YOURS =
  /\b(?:your (?!(?:first|nearest|local)\b)[\w' -]{1,40}?\b(?:is|are|was|were|has|have|of|comes to|stands at|ends in|will be)\b|you (?:owe|have|had|paid|spent|earned|were charged|still|currently))\b/i;
const ADDRESSED =
  /\b(?:[Tt]hank you|[Tt]hanks|[Hh]ello|[Hh]i|[Dd]ear|[Ss]orry|[Ss]ure|[Ww]elcome|[Cc]ertainly|[Oo]kay|[Oo]f course|[Gg]ood (?:morning|afternoon|evening)|Mr\.?|Mrs\.?|Ms\.?|Miss|Madam|Sir),? (?!(?:I|You|We|The|Our|Your|Yes|No|For|To)\b)[A-Z][a-z]+/;

/** Digits in a row that could be anybody's number: a year has four as well, but asks for nobody's. */
const LONG_RUN = 4;

/**
 * Why a question and its answer must not be stored, as what follows "it holds", or undefined where they may.
 * `ours` are the business' own words: numbers in them are no caller's.
 */
export function personalDataIn(question: string, answer: string, ours: string): string | undefined {
  const both = `${question}\n${answer}`;
  const known = ours.toLowerCase();
  const isOurs = (found: RegExpExecArray | null) => found !== null && known.includes(found[0].toLowerCase());
  const email = EMAIL.exec(both);
  if (email && !isOurs(email)) return 'an e-mail address';
  if (NAMED.test(question) || RELATIVE.test(both) || introducesItself(question)) return 'a name';
  if (ADDRESSED.test(answer) && !isOurs(ADDRESSED.exec(answer))) return 'a name';
  if (SECRET.test(question)) return 'what a caller says of themselves';
  if (STREET.test(question)) return 'an address';
  if (BIRTH.test(question) || namesDay(question)) return 'a date of a caller’s';
  const code = CODE.exec(both);
  if (code && !isOurs(code)) return 'an account, card or booking number';
  const runsOfOurs = findDigitRuns(ours);
  const run = [...longRuns(question), ...longRuns(answer)].find((digits) => !runsOfOurs.includes(digits));
  if (run !== undefined) return 'a phone, account or card number';
  if (findQuantities(question).some(({ kind }) => kind === 'money')) return 'an amount of a caller’s';
  if (answer.split(/(?<=[.!?])\s+/).some((one) => OF_YOURS.test(one) && holdsFigure(one))) {
    return 'an amount or number of a caller’s';
  }
  return undefined;
}

function introducesItself(question: string): boolean {
  for (const [, next] of question.matchAll(I_AM)) {
    const plain = next!.toLowerCase();
    if (!NO_NAME.has(plain) && !/(?:ing|ed)$/.test(plain)) return true;
  }
  return false;
}

/** "The third of May"; "may I" names no month. */
const namesDay = (question: string) =>
  findDate(question) !== undefined ||
  (namesMonth(question) &&
    /\d|\b(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|\w+teen|twentie|thirtie)th)\b/i.test(
      question,
    ));

/** Amounts of money with a thousands' sign are amounts; years are years. */
const longRuns = (text: string) =>
  findDigitRuns(text.replaceAll(/[$€£]\s?[\d,.]+|\b(?:19|20)\d\d\b|\d{1,3}(?:,\d{3})+/g, ' ')).filter(
    (digits) => digits.length >= LONG_RUN,
  );

const holdsFigure = (sentence: string) => findQuantities(sentence).length > 0 || /\d/.test(sentence);
