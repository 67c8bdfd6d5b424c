/**
 * What the callers of a chaos run say and what they are answered. Every utterance of a run is another one, and so is
 * every sentence of an answer: what is lost, doubled or repeated is seen exactly.
 */

/** One utterance: `attempt` counts how often the caller has said the line. */
export interface Line {
  call: number;
  line: number;
  attempt: number;
}

/** Bounds of a line's numbers, as its code on the wire has room for. */
export const mostCalls = 0xfff;
export const mostLines = 0xff;
export const mostAttempts = 0xf;

/** A line as the recogniser writes it. */
export const wordsOf = ({ call, line, attempt }: Line) => `call ${call} line ${line} attempt ${attempt}`;

/** The last line in a text, undefined where there is none. */
export function lineIn(text: string): Line | undefined {
  const found = [...text.matchAll(/call (\d+) line (\d+) attempt (\d+)/g)].at(-1);
  if (!found) return undefined;
  const [call, line, attempt] = found.slice(1).map(Number) as [number, number, number];
  return { call, line, attempt };
}

const thoughts = ['To begin with', 'Then we go on', 'Finally we end'];

/** The sentences that answer a line: in other words than the caller's, whom they would be an echo of. */
export const answerTo = ({ call, line, attempt }: Line): string[] =>
  thoughts.map((thought) => `${thought} with regard to matter ${call}/${line}/${attempt} today.`);

/** Said before an answer whose effect takes long. */
export { ONE_MOMENT as pleaseWait } from '../../activities/reply/bot-turn.ts';

/** What the bot says when it could make nothing of what it heard. */
export const notUnderstood = 'I did not understand any of that.';

/** Every third line asks for a payment plan, an effect that must be done once. */
export const wantsEffect = ({ line }: Line) => line % 3 === 0;

/** The debt of the plan, dollars: names the utterance, within one call. */
export const debtOf = ({ line, attempt }: Line) => 1_000 + line * (mostAttempts + 1) + attempt;

export const planMonths = 6;
