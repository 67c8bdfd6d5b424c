import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyticsActivities } from '../activities/record.ts';
import { loadConfig } from '../config/load.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { addTurnsToHours } from '../store/turn-hours.ts';
import { prices } from './analytics-rows.ts';
import { CallLab } from './call-lab.ts';
import { BreakableLine } from './page/breakable-line.ts';

let line: BreakableLine;
let throughLine: Database;
let database: Database;
let lab: CallLab;
/** Attempts at writing a turn's row that failed. */
let failed = 0;

beforeAll(async () => {
  const { url } = loadConfig().postgres;
  database = openDatabase({ url }, () => undefined);
  await migrate(database);
  line = await BreakableLine.to(Number(new URL(url).port || 5_432));
  const other = new URL(url);
  other.host = `127.0.0.1:${line.port}`;
  throughLine = openDatabase({ url: other.href }, () => undefined);
  const activities = analyticsActivities(throughLine, prices);
  const counting: typeof activities = {
    ...activities,
    recordTurn: (row) =>
      activities.recordTurn(row).catch((error: unknown) => {
        failed += 1;
        throw error;
      }),
  };
  lab = await CallLab.open({ rows: counting });
});
afterAll(async () => {
  await lab.close();
  await throughLine.end();
  line.close();
  await database.end();
});

test('a call goes on while the database is away, and its rows are there once it is back, each once', async () => {
  line.takeDown();
  const { session, handle, caller } = await lab.start();
  await caller.connect();
  await caller.untilHeard('greeting');
  await caller.type('first question');
  await caller.untilHeard('reply-1');
  await caller.type('second question');
  await caller.untilHeard('reply-2');
  await caller.hangUp();
  await caller.until(() => caller.ended);
  const rowsOf = async (table: string) =>
    (await database.query(`select * from ${table} where session = $1`, [session])).rows;
  await expect.poll(() => failed).toBeGreaterThan(1);
  expect(await rowsOf('turns')).toEqual([]);
  line.bringUp();
  expect(await handle.result()).toMatchObject({ turns: 2, reason: 'the caller hung up' });
  expect(await rowsOf('turns')).toHaveLength(2);
  expect(await rowsOf('calls')).toMatchObject([{ turns: 2, outcome: 'completed', resolved: true }]);
  await addTurnsToHours(database);
  await expect.poll(() => rowsOf('turns_to_add')).toEqual([]);
  caller.leave();
});
