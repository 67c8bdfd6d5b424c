import { findDomain } from '../domains/registry.ts';
import { callRow } from '../store/call-row.ts';
import type { TraceCall } from '../call/call-span.ts';
import type { Database } from '../store/database.ts';
import type { PriceTable } from '../store/prices.ts';
import { insertCall, insertTurn } from '../store/records.ts';
import { turnRow } from '../store/turn-row.ts';
import { callSpan, turnSpan } from './call-spans.ts';
import type { AnalyticsActivities } from './types.ts';

/** The activities of the analytics workers: one row a turn and one a call, written once however often they run. */
export function analyticsActivities(
  database: Database,
  prices: PriceTable,
  trace?: TraceCall,
): AnalyticsActivities {
  const fallbackOf = (domain: string) => findDomain(domain)?.fallback;
  return {
    async recordTurn(input) {
      const { session, domain, turn, facts = { fallbacks: [], attempts: {} } } = input;
      const about = { session, domain, prices, fallback: fallbackOf(domain) };
      await insertTurn(database, turnRow(turn, facts, about));
      trace?.(turnSpan(input));
    },
    async recordCall(call) {
      await insertCall(database, callRow(call, prices, fallbackOf(call.domain)));
      trace?.(callSpan(call));
      return {};
    },
  };
}
