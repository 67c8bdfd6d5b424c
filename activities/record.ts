import { findDomain } from '../domains/registry.ts';
import { callRow } from '../store/call-row.ts';
import type { Database } from '../store/database.ts';
import type { PriceTable } from '../store/prices.ts';
import { insertCall, insertTurn } from '../store/records.ts';
import { turnRow } from '../store/turn-row.ts';
import type { AnalyticsActivities } from './types.ts';

/** The activities of the analytics workers: one row a turn and one a call, written once however often they run. */
export function analyticsActivities(database: Database, prices: PriceTable): AnalyticsActivities {
  const fallbackOf = (domain: string) => findDomain(domain)?.fallback;
  return {
    recordTurn: ({ session, domain, turn, facts = { fallbacks: [], attempts: {} } }) =>
      insertTurn(database, turnRow(turn, facts, { session, domain, prices, fallback: fallbackOf(domain) })),
    async recordCall(call) {
      await insertCall(database, callRow(call, prices, fallbackOf(call.domain)));
      return {};
    },
  };
}
