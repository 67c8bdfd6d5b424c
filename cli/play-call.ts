import type { Caller } from './caller.ts';
import { CliError } from './error.ts';
import type { TurnTaking } from './turn-taking.ts';

/** What the caller does, one after the other: a spoken utterance at 16 kHz, or a typed line. */
export type CallerLine = Int16Array | string;

/** The greeting begins and ends within this, ms: a cold start of every engine included. */
export const GREETING_MS = 60_000;
/** A reply is thought out and heard to its end within this, ms. */
export const REPLY_MS = 60_000;
/** A bot that has said its last reply begins its farewell within this, ms. */
const FAREWELL_MS = 2_000;

/**
 * Plays the caller's part: each line once the bot has finished with the one before, then a hang-up, unless the
 * bot hangs up first. Returns the turns that answered a line, one a line. Throws CliError if the bot never speaks.
 */
export async function playCall(caller: Caller, turns: TurnTaking, lines: CallerLine[]): Promise<number[]> {
  void caller.ended.then(() => turns.end());
  if (!(await turns.until(() => turns.greeted, GREETING_MS))) {
    const reason = turns.over
      ? `the call ended first: ${await caller.ended}`
      : `${GREETING_MS / 1_000} s passed`;
    throw new CliError(`The bot did not greet the caller (${reason}). Ask \`orkestra orchestrator-health\`.`);
  }
  const answering: number[] = [];
  for (const words of lines) {
    if (turns.over) break;
    const before = turns.turn;
    if (typeof words === 'string') caller.type(words);
    else await caller.say(words);
    await turns.until(() => turns.isDoneSince(before), REPLY_MS);
    if (turns.turn > before && turns.hasAnswered(turns.turn)) answering.push(turns.turn);
  }
  await hearFarewell(turns);
  await caller.hangUp();
  return answering;
}

/** The bot may have been told goodbye: then it has the last word, and hangs up itself. */
export async function hearFarewell(turns: TurnTaking): Promise<void> {
  while (!turns.over && (await turns.until(() => turns.isSounding, FAREWELL_MS))) {
    await turns.until(() => !turns.isSounding, REPLY_MS);
  }
}
