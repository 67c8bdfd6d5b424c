import type { CallTally } from './facts.ts';

/** What became of a call. `ended`: from outside, by a signal or a cancellation. */
export type CallOutcome =
  | 'completed'
  | 'transferred'
  | 'abandoned'
  | 'silent'
  | 'dropped'
  | 'failed'
  | 'too-long'
  | 'voicemail'
  | 'unreached'
  | 'ended';

/** The workflow's own reasons for an end. */
const outcomes: Record<string, CallOutcome> = {
  'the caller said goodbye': 'completed',
  'the caller hung up': 'completed',
  transferred: 'transferred',
  'the caller was silent': 'silent',
  'the caller did not come back': 'dropped',
  'the caller could not be heard any more': 'failed',
  'the call reached its longest duration': 'too-long',
  'an answering machine took the call': 'voicemail',
  'the caller never connected': 'unreached',
  'the line was busy': 'unreached',
  'nobody answered': 'unreached',
  'the number could not be reached': 'unreached',
  'the call was cancelled': 'unreached',
  'there is no number to call': 'unreached',
};

/** What became of a call that ended for `reason`, after so many turns. */
export function outcomeOf(reason: string, turns: number): CallOutcome {
  const outcome =
    outcomes[reason] ?? (reason.startsWith('the call could not be placed') ? 'unreached' : 'ended');
  return outcome === 'completed' && turns === 0 ? 'abandoned' : outcome;
}

/**
 * Whether the call did what its caller wanted, as far as the call itself tells: it came to its end by the caller's
 * will, and its last turns were answered, neither with an apology nor with `fallback`, the domain's words for what it
 * has no answer to. That the caller does not call again soon is seen later: see docs/analytics.md.
 */
export const isResolved = (outcome: CallOutcome, { lately }: CallTally, fallback: string | undefined) =>
  outcome === 'completed' &&
  lately.every(({ source, answer }) => source !== 'apology' && answer !== '' && answer !== fallback);
