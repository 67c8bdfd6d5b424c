import type { CallOutcome } from '../../call/outcome.ts';
import type { Database } from '../database.ts';
import { callFilter, type ReportScope, scopeValues } from './scope.ts';

/** Calls that began in one length of time and had one outcome. Times in ms. */
export interface CallFigures {
  at: Date;
  outcome: CallOutcome;
  calls: number;
  /** Calls in which the caller heard the bot: the handle times are theirs. */
  answered: number;
  /** Calls in which the caller said something, and those of them that were resolved at once. */
  conversations: number;
  resolved: number;
  turns: number;
  idlePrompts: number;
  callerMs: number;
  botMs: number;
  silentMs: number;
  cost: number;
  /** Calls whose line is known, and the sum of their mean opinion scores. */
  measured: number;
  mos: number;
  /** Handle times, packed as in `turn_hours`. */
  handle: Buffer;
}

/** Days without another call of the same customer's, or phone's, after which a call counts as resolved at once. */
export const resolutionDays = 7;

/** The calls of a scope, a row each `binMs` and outcome. */
export async function readCalls(db: Database, scope: ReportScope, binMs: number): Promise<CallFigures[]> {
  const { rows } = await db.query<CallFigures>(
    `select date_bin($6::interval, started_at, timestamptz 'epoch') as at, outcome, count(*)::int as calls,
       count(answered_at)::int as answered,
       count(*) filter (where turns > 0)::int as conversations,
       count(*) filter (where resolved and turns > 0 and
         (followed_at is null or followed_at > ended_at + interval '${resolutionDays} days'))::int as resolved,
       sum(turns)::int as turns,
       sum(idle_prompts)::int as "idlePrompts",
       coalesce(sum(caller_ms::float8), 0) as "callerMs",
       coalesce(sum(bot_ms::float8), 0) as "botMs",
       coalesce(sum(silent_ms::float8), 0) as "silentMs",
       sum(cost) as cost,
       count(mos)::int as measured,
       coalesce(sum(mos::float8), 0) as mos,
       coalesce(string_agg(float4send(handle_ms), ''), '') as handle
     from calls where started_at >= $1 and started_at < $2 and ${callFilter}
     group by 1, 2 order by 1, 2`,
    [...scopeValues(scope), `${binMs} milliseconds`],
  );
  return rows;
}

export const totalOfCalls = (
  rows: CallFigures[],
  name: Exclude<keyof CallFigures, 'at' | 'outcome' | 'handle'>,
): number => rows.reduce((sum, row) => sum + row[name], 0);
