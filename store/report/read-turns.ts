import type { Database } from '../database.ts';
import { type Duration, hourKeys, hoursOf, sumNames, type Sum, toolHoursOf } from '../turn-hours.ts';
import { Distribution } from './distribution.ts';
import { HOUR_MS, type ReportScope, scopeValues, turnFilter } from './scope.ts';

/** Turns of one length of time, domain, adapter and set of engines; `hour` is when that time begins. */
export type TurnFigures = Record<Sum, number> & {
  hour: Date;
  domain: string;
  adapter: string;
  engine: string;
  recogniser: string;
  voice: string;
} & { [name in Duration]?: Buffer };

export interface ToolFigures {
  tool: string;
  uses: number;
  /** Uses of a tool with an effect that was not done. */
  notDone: number;
}

/** The turns of a scope, with the durations named, a row each `binMs` or hour, whichever is shorter. */
export async function readTurns(
  db: Database,
  scope: ReportScope,
  of: readonly Duration[],
  binMs: number,
): Promise<TurnFigures[]> {
  const columns = [...hourKeys, ...sumNames, ...of].join(', ');
  const fine = binMs < HOUR_MS;
  const length = fine ? `${binMs} milliseconds` : '1 hour';
  const sql = fine
    ? hoursOf(`(${turnsBetween('$1', '$2')}) t`, of, length)
    : `select ${columns} from turn_hours where ${wholeHours} and ${turnFilter}
       union all ${hoursOf(`(${turnsBesideHours}) t`, of)}`;
  const { rows } = await db.query(sql, scopeValues(scope));
  // A `bigint` comes as text.
  for (const row of rows) for (const name of sumNames) row[name] = Number(row[name]);
  return rows as TurnFigures[];
}

/** The tools that the turns of a scope used, most used first. */
export async function readTools(db: Database, scope: ReportScope): Promise<ToolFigures[]> {
  const { rows } = await db.query<ToolFigures>(
    `select tool, sum(uses)::int as uses, sum(not_done)::int as "notDone" from (
       select tool, uses, not_done from tool_hours where ${wholeHours} and ${turnFilter}
       union all select tool, uses, not_done from (${toolHoursOf(`(${turnsBesideHours}) t`)}) beside
     ) all_uses group by tool order by uses desc, tool`,
    scopeValues(scope),
  );
  return rows;
}

/** The first and the last full hour's end of a scope. */
const ceiling = `date_bin('1 hour', $1::timestamptz + interval '1 hour' - interval '1 microsecond', timestamptz 'epoch')`;
const floor = `date_bin('1 hour', $2::timestamptz, timestamptz 'epoch')`;
const wholeHours = `hour >= ${ceiling} and hour < ${floor}`;

const turnsBetween = (from: string, to: string) =>
  `select * from turns where speech_started_at >= ${from} and speech_started_at < ${to} and ${turnFilter}`;

/** What `turn_hours` does not hold of a scope: the hours that are not whole in it, and turns that wait to be added. */
const turnsBesideHours = `
  ${turnsBetween('$1', `least($2, ${ceiling})`)}
  union all ${turnsBetween(`greatest(${ceiling}, ${floor})`, '$2')}
  union all select turns.* from turns join turns_to_add using (session, turn)
    where speech_started_at >= ${ceiling} and speech_started_at < ${floor} and ${turnFilter}`;

/** A duration of many turns. */
export const distributionOf = (rows: TurnFigures[], name: Duration): Distribution =>
  new Distribution(rows.flatMap((row) => row[name] ?? []));

/** What is counted of many turns. */
export const totalOf = (rows: TurnFigures[], name: Sum): number =>
  rows.reduce((sum, row) => sum + row[name], 0);
