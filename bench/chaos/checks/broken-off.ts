import type { Utterance } from '../caller/call-log.ts';
import { wordsOf } from '../script.ts';

/** Between lines that were heard as one turn. */
const JOINT = ' and ';

/**
 * A turn's words without those that the caller broke off since their connection did, and then said again: what a listener
 * makes of “What is my … what is my balance?”.
 */
export function withoutBrokenOff(caller: string, said: readonly Utterance[]): string {
  const brokenOff = new Set(said.filter(({ broken }) => broken).map(wordsOf));
  const lines = caller.split(JOINT);
  while (lines.length > 1 && brokenOff.has(lines[0]!)) lines.shift();
  return lines.join(JOINT);
}
