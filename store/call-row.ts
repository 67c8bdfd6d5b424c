import { type CallTally, emptyTally } from '../call/facts.ts';
import { isResolved, outcomeOf } from '../call/outcome.ts';
import { estimateOpinionScore } from './opinion-score.ts';
import { lineCost, type PriceTable, speechCost } from './prices.ts';

/** A finished call, as its workflow tells of it. Times are ms since the Unix epoch. */
export interface FinishedCall {
  session: string;
  domain: string;
  startedAt: number;
  endedAt: number;
  reason: string;
  turns: number;
  customer?: string;
  phone?: string;
  origin?: string;
  /** Why it was put through to a person, where it was. */
  transfer?: string;
  /** Absent in calls that began under an earlier release. */
  tally?: CallTally;
}

/** A row of the table `calls`, by its columns. */
export function callRow(call: FinishedCall, prices: PriceTable, fallback: string | undefined) {
  const { session, domain, startedAt, endedAt, reason, turns, tally = emptyTally() } = call;
  const { answeredAt, callerMs, botMs, said, line } = tally;
  const outcome = outcomeOf(reason, turns);
  const handleMs = answeredAt === undefined ? undefined : Math.max(0, endedAt - answeredAt);
  const saidCost = Object.entries(said).reduce(
    (sum, [engine, characters]) => sum + speechCost(prices, engine, characters),
    0,
  );
  return {
    session,
    domain,
    started_at: new Date(startedAt),
    ended_at: new Date(endedAt),
    reason,
    turns,
    outcome,
    resolved: isResolved(outcome, tally, fallback),
    answered_at: answeredAt === undefined ? null : new Date(answeredAt),
    customer: call.customer,
    phone: call.phone,
    origin: call.origin,
    transfer: call.transfer,
    idle_prompts: tally.idlePrompts,
    caller_ms: callerMs,
    bot_ms: botMs,
    silent_ms: Math.max(0, (handleMs ?? 0) - callerMs - botMs),
    handle_ms: handleMs,
    cost: saidCost + lineCost(prices, call.origin ?? '', handleMs ?? 0),
    adapters: tally.adapters,
    engines: tally.engines,
    loss: line?.loss,
    jitter_ms: line?.jitterMs,
    mos: line && estimateOpinionScore(line),
  };
}
