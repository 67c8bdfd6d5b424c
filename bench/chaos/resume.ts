import type { Utterance } from './caller/call-log.ts';
import type { Evidence } from './checks/evidence.ts';
import type { Fault } from './faults/fault.ts';
import { wordsOf } from './script.ts';

/** Stages that lost their worker are started anew within this, ms; later signals are of another fault. */
const NOTICED_WITHIN_MS = 8_000;
/** A connection that breaks within this, ms, breaks by the fault. */
const BROKEN_WITHIN_MS = 1_000;

/**
 * Silences that callers heard from a fault to the next sound of the bot, ms: one a turn that was under way then and
 * was hit, the longest. 0 where the bot did not falter.
 */
export function silencesAfter(at: number, evidence: readonly Evidence[], hits: Fault['hits']): number[] {
  return evidence.flatMap((one) =>
    one.log.said
      .filter((said) => isUnderWay(said, at) && isHit(said, one, at, hits))
      .map((said) => Math.max(0, ...said.waits.map(({ from, to }) => to - Math.max(from, at)))),
  );
}

const isUnderWay = ({ from, answeredAt, waits }: Utterance, at: number) =>
  from <= at && at < (answeredAt ?? waits.at(-1)?.to ?? from);

function isHit(said: Utterance, { history, log }: Evidence, at: number, hits: Fault['hits']): boolean {
  if (hits === 'all') return true;
  if (hits === 'disconnected') {
    return log.breaks.some((broken) => broken.at >= at && broken.at < at + BROKEN_WITHIN_MS);
  }
  const turn = history?.turns.find(({ caller }) => caller === wordsOf(said))?.turn;
  return (history?.lost ?? []).some(
    (lost) =>
      lost.at >= at &&
      lost.at < at + NOTICED_WITHIN_MS &&
      lost.activityIds.some((id) => id.split('/')[0]!.endsWith(`-${turn}`)),
  );
}
