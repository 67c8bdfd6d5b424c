import { findDate, namesMonth } from '../dates.ts';
import type { CallerTurn, IntentAnswer, UseEffect } from '../domain.ts';
import { findQuantities } from '../numbers.ts';
import { findDigitRuns } from '../spoken-digits.ts';
import type { Balances, BlockedCards } from './effects/accounts.ts';
import { cardLine } from './facts.ts';
import { fallback } from './prompts.ts';

/** The intent of a turn that answers one of the questions of the identity check. */
export const IDENTITY_ANSWER = 'identity_answer';

/** Turns after which a check that nobody went on with is forgotten. */
const OPEN_FOR = 6;

interface Goal {
  tool: string;
  /** Before the first question of the check. */
  lead: string;
  say(output: unknown): string;
  /** Where the systems behind the tool can't be reached. */
  away: string;
}

/** What callers ask for that only a checked caller gets, by intent. */
const goals = new Map<string, Goal>([
  [
    'account_data',
    {
      tool: 'account_balance',
      lead: 'Gladly, once I have checked who you are.',
      say: (output) => sayBalances(output as Balances),
      away: 'I am sorry, I cannot reach our systems just now. Please try again in a moment.',
    },
  ],
  [
    'lost_card',
    {
      tool: 'block_card',
      lead: 'I am sorry about that. I can block your card, or you freeze it in the Northwind app.',
      say: (output) => sayBlocked(output as BlockedCards),
      away: `I am sorry, I cannot block it myself just now. Please freeze it in the Northwind app, or call our card line, day and night: ${cardLine}.`,
    },
  ],
]);

/** What the caller has said of themselves since the last attempt at a check. */
interface Check {
  goal: Goal | undefined;
  number?: string;
  dateOfBirth?: string;
  code?: string;
}

const isComplete = ({ number, dateOfBirth, code }: Check) =>
  number !== undefined && (dateOfBirth ?? code) !== undefined;

/** Whether the last turn answers a question of the check, or tries to. */
export function awaitedByCheck(dialogue: CallerTurn[]): string | undefined {
  const turn = dialogue.at(-1)!;
  const before = dialogue.slice(0, -1);
  const open = before.slice(-OPEN_FOR).some(isPartOfCheck);
  if (!open || turn.intents.some((name) => LEAVES.has(name))) return undefined;
  const said = slotsIn(turn.text, checkIn(before));
  if (said.number ?? said.dateOfBirth ?? said.code) return IDENTITY_ANSWER;
  const wasAsked = isPartOfCheck(before.at(-1)!) && !isComplete(checkIn(before));
  const tries = namesMonth(turn.text) || findDigitRuns(turn.text).some((run) => run.length >= 3);
  return wasAsked && (tries || turn.intents.length === 0) ? IDENTITY_ANSWER : undefined;
}

/** Intents that a check does not hold up. */
const LEAVES = new Set(['human', 'goodbye', 'opt_out']);

const isPartOfCheck = ({ intents }: CallerTurn) =>
  intents.some((name) => name === IDENTITY_ANSWER || goals.has(name));

/** Where the check stands before the tools are asked: each complete one was an attempt, and begins anew. */
function checkIn(dialogue: CallerTurn[]): Check {
  let check: Check = { goal: undefined };
  for (const turn of dialogue) {
    if (!isPartOfCheck(turn)) continue;
    const goal = turn.intents.map((name) => goals.get(name)).find((found) => found !== undefined);
    if (isComplete(check)) check = { goal: check.goal };
    check = { ...check, goal: goal ?? check.goal, ...slotsIn(turn.text, check) };
  }
  return check;
}

function slotsIn(text: string, { number }: Check): Partial<Check> {
  // "A loan of 100000 dollars" names nobody.
  if (findQuantities(text).some(({ kind }) => kind === 'money')) return {};
  const dateOfBirth = findDate(text);
  const runs = findDigitRuns(text);
  const found = runs.find((run) => run.length === 6 || run.length === 10);
  const code =
    (number ?? found) !== undefined && !dateOfBirth ? runs.find((run) => run.length === 4) : undefined;
  return { ...(found && { number: found }), ...(dateOfBirth && { dateOfBirth }), ...(code && { code }) };
}

const OFFER = 'Would you like to speak to a person instead?';

/** Goes on with the check as far as the caller has said, and does what was asked for once it is passed. */
export async function answerChecked(dialogue: CallerTurn[], effect: UseEffect): Promise<IntentAnswer> {
  const check = checkIn(dialogue);
  const goal = check.goal ?? goals.get('account_data')!;
  if (!isComplete(check) && (check.number ?? check.dateOfBirth)) return { text: askFor(check, dialogue) };
  const { number, dateOfBirth, code } = check;
  const checked = isComplete(check)
    ? await effect('verify_identity', { number, date_of_birth: dateOfBirth, code })
    : undefined;
  if (checked?.done === false && checked.why === 'unavailable') return { text: goal.away };
  const got = await effect(goal.tool, {});
  // Known since an earlier turn, and not asked for in this one: the words meant something else.
  const asksNothing = !checked && dialogue.at(-1)!.intents.includes(IDENTITY_ANSWER);
  if (got.done) return { text: asksNothing ? fallback : goal.say(got.output) };
  if (got.why === 'locked')
    return { text: `I could not confirm who you are, so I cannot do that in this call. ${OFFER}` };
  if (got.why !== 'identity') return { text: got.why === 'unavailable' ? goal.away : got.message };
  if (checked) return { text: `I am sorry, that does not match our records. Let us try again: ${QUESTION}` };
  const asked = dialogue.slice(0, -1).some(isPartOfCheck);
  return { text: asked ? askFor(check, dialogue) : `${goal.lead} ${QUESTION}` };
}

/** Whether the call has tried too often. */
export async function isLocked(dialogue: CallerTurn[], effect: UseEffect): Promise<boolean> {
  const { goal } = checkIn(dialogue);
  const got = goal && (await effect(goal.tool, {}));
  return got?.done === false && got.why === 'locked';
}

const QUESTION = 'What is your customer number?';

function askFor({ number }: Check, dialogue: CallerTurn[]): string {
  const { text } = dialogue.at(-1)!;
  if (number !== undefined) {
    return namesMonth(text)
      ? 'Please tell me your full date of birth, with the year.'
      : 'Thank you. And what is your date of birth?';
  }
  const heardDigits = findDigitRuns(text).some((run) => run.length >= 3);
  return heardDigits || findDate(text)
    ? 'I need the six digits of your customer number, please.'
    : 'I need your customer number for that, six digits, spoken or keyed in. If you would rather speak to a person, just say so.';
}

function sayBalances({ accounts }: Balances): string {
  if (accounts.length === 0) return 'Thank you. I see no account under your name.';
  const each = accounts.map(({ type, balance }) =>
    type === 'loan' ? `you owe ${balance} on your loan` : `there is ${balance} in your ${type} account`,
  );
  const last = each.pop()!;
  const all = each.length > 0 ? `${each.join(', ')}, and ${last}` : last;
  return `Thank you. ${all[0]!.toUpperCase()}${all.slice(1)}. For anything else about your accounts, please use the Northwind app.`;
}

function sayBlocked({ blocked }: BlockedCards): string {
  const help = `The card line helps with a new one, day and night: ${cardLine}.`;
  if (blocked.length === 0) return `Your cards are blocked already. ${help}`;
  const ending = blocked.map((digits) => [...digits].join(' ')).join(' and ');
  return `Thank you. Your card ending in ${ending} is blocked now. ${help}`;
}
