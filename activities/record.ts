import type { Database } from '../store/database.ts';
import { insertCall, insertTurn } from '../store/records.ts';
import type { AnalyticsActivities } from './types.ts';

/** The activities of the analytics workers: one row a turn and one a call, written once however often they run. */
export function analyticsActivities(database: Database): AnalyticsActivities {
  return {
    recordTurn: ({ session, domain, turn }) => insertTurn(database, session, domain, turn),
    async recordCall(call) {
      await insertCall(database, call);
      return {};
    },
  };
}
