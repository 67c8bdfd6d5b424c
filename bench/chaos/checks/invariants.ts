import { checkCall, checkHeard, checkStream, checkTurns } from './call-invariants.ts';
import type { Evidence } from './evidence.ts';
import { checkRecording } from './recording-invariants.ts';
import { checkEffects, checkRows } from './row-invariants.ts';
import type { Excuses, Violation, ViolationKind } from './violation.ts';

/** How much was compared. */
export interface Compared {
  calls: number;
  /** What callers said: each looked for in history and rows. */
  utterances: number;
  /** Turns in histories, each looked for among what was said and among the rows. */
  turns: number;
  rows: number;
  effects: number;
  /** 20 ms parts of sentences that callers heard. */
  parts: number;
  streams: number;
  recordings: number;
  events: number;
}

/** All that does not hold of one call. */
export function violationsOf(
  evidence: Evidence,
  greeting: readonly string[],
  excuses: Excuses = {},
): Violation[] {
  const { session } = evidence.log;
  const found: Violation[] = [];
  const note = (kind: ViolationKind, what: string) => found.push({ kind, session, what });
  checkCall(evidence, note);
  checkTurns(evidence, excuses, note);
  checkHeard(evidence, greeting, excuses, note);
  checkRows(evidence, note);
  checkEffects(evidence, excuses, note);
  checkStream(evidence, note);
  if (!excuses.recording) checkRecording(evidence, greeting, note);
  return found;
}
