import type { Database } from './database.ts';

/** Rows that are deleted in one statement: a table stays open to writers meanwhile. */
const AT_ONCE = 5_000;

/** What retention goes by: each table with the time that makes a row of it old. */
const tables = {
  turns: 'speech_started_at',
  calls: 'started_at',
  effects: 'done_at',
  turn_hours: 'hour',
  tool_hours: 'hour',
} as const;

export type DeletedRows = Record<keyof typeof tables, number>;

/** Deletes the rows of what happened before the full hour of a time; returns how many of each table. */
export async function deleteOlderThan(db: Database, time: Date): Promise<DeletedRows> {
  const before = fullHour(time);
  const deleted = await forEachTable((table, column) => deleteAll(db, table, `${column} < $1`, before));
  await db.query(
    `delete from turns_to_add w where not exists (
       select from turns t where t.session = w.session and t.turn = w.turn
     )`,
  );
  return deleted;
}

/** How many rows of each table `deleteOlderThan` would delete. */
export const countOlderThan = (db: Database, time: Date): Promise<DeletedRows> =>
  forEachTable(async (table, column) => {
    const { rows } = await db.query<{ count: number }>(
      `select count(*)::int as count from ${table} where ${column} < $1`,
      [fullHour(time)],
    );
    return rows[0]!.count;
  });

const fullHour = (time: Date) => new Date(Math.floor(time.getTime() / 3_600_000) * 3_600_000);

async function deleteAll(db: Database, table: string, condition: string, value: unknown): Promise<number> {
  for (let all = 0; ;) {
    const { rowCount } = await db.query(
      `delete from ${table} where ctid = any (array(select ctid from ${table} where ${condition} limit ${AT_ONCE}))`,
      [value],
    );
    all += rowCount ?? 0;
    if ((rowCount ?? 0) < AT_ONCE) return all;
  }
}

async function forEachTable(act: (table: string, column: string) => Promise<number>): Promise<DeletedRows> {
  const counts: Partial<DeletedRows> = {};
  for (const [table, column] of Object.entries(tables))
    counts[table as keyof DeletedRows] = await act(table, column);
  return counts as DeletedRows;
}
