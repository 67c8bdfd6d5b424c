import type { Caller } from './caller.ts';
import { CliError } from './error.ts';
import type { TurnTaking } from './turn-taking.ts';

/** What the caller does, one after the other: a spoken utterance at 16 kHz, a typed line, or an interruption. */
export type CallerLine = Int16Array | string | Interruption;

/** Speech at 16 kHz that begins while the bot speaks, so many ms into its reply to the line before. */
export interface Interruption {
  speech: Int16Array;
  afterMs: number;
}

/** A turn that answers a line; `interrupted`: the caller meant to cut its reply short. */
export interface Answering {
  turn: number;
  interrupted: boolean;
}

/** The greeting begins and ends within this, ms: a cold start of every engine included. */
export const GREETING_MS = 60_000;
/** A reply is thought out and heard to its end within this, ms. */
export const REPLY_MS = 60_000;
/** A bot that has said its last reply begins its farewell within this, ms. */
const FAREWELL_MS = 2_000;

/**
 * Plays the caller's part: each line once the bot has finished with the one before, or in the midst of that, then a
 * hang-up, unless the bot hangs up first. Returns the turns that answered a line, one a line. Throws CliError if the
 * bot never speaks.
 */
export async function playCall(caller: Caller, turns: TurnTaking, lines: CallerLine[]): Promise<Answering[]> {
  void caller.ended.then(() => turns.end());
  if (!(await turns.until(() => turns.greeted, GREETING_MS))) {
    const reason = turns.over
      ? `the call ended first: ${await caller.ended}`
      : `${GREETING_MS / 1_000} s passed`;
    throw new CliError(`The bot did not greet the caller (${reason}). Ask \`orkestra orchestrator-health\`.`);
  }
  const answering: Answering[] = [];
  for (const [place, line] of lines.entries()) {
    if (turns.over) break;
    const before = turns.turn;
    await speak(caller, line);
    const next = lines[place + 1];
    const interrupted = isInterruption(next);
    if (interrupted) {
      await turns.until(() => turns.isReplyingSince(before), REPLY_MS);
      await turns.until(() => !turns.isSounding, next.afterMs);
    } else {
      await turns.until(() => turns.isDoneSince(before), REPLY_MS);
    }
    if (turns.turn > before) answering.push({ turn: turns.turn, interrupted });
  }
  await hearFarewell(turns);
  await caller.hangUp();
  return answering.filter(({ turn }) => turns.hasAnswered(turn));
}

const isInterruption = (line: CallerLine | undefined): line is Interruption =>
  typeof line === 'object' && 'afterMs' in line;

async function speak(caller: Caller, line: CallerLine): Promise<void> {
  if (typeof line === 'string') caller.type(line);
  else await caller.say(isInterruption(line) ? line.speech : line);
}

/** The bot may have been told goodbye: then it has the last word, and hangs up itself. */
export async function hearFarewell(turns: TurnTaking): Promise<void> {
  while (!turns.over && (await turns.until(() => turns.isSounding, FAREWELL_MS))) {
    await turns.until(() => !turns.isSounding, REPLY_MS);
  }
}
