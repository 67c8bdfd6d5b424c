import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asHtml } from '../../cli/report/as-html.ts';
import { asTable } from '../../cli/report/as-table.ts';
import { buildReport } from '../../cli/report/build.ts';
import { reportKinds } from '../../cli/report/report.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import type { ReportScope } from '../../store/report/scope.ts';
import { addTurnsToHours } from '../../store/turn-hours.ts';
import { report } from '../platform.ts';
import { median, percentile, table } from '../statistics.ts';
import { writeSyntheticCalls } from './synthetic.ts';

const TURNS = 1_000_000;
const TURNS_A_CALL = 5;
const DAY_MS = 86_400_000;
/** A report of all of them takes no longer, ms. */
const TARGET_MS = 2_000;
const RUNS = 7;
/** Where the pages are put: not in the repository. */
const FOLDER = join('.orkestra', 'bench', 'analytics');
/** Any month will do; the same one makes the same pages. */
const FROM = new Date('2026-03-01T00:00:00Z');

/** Writes a million turns of a month and times each report of them; whether all are in time. */
export async function measureReports(url: string, embedded: boolean): Promise<boolean> {
  const db = openDatabase({ url }, () => undefined);
  try {
    await migrate(db);
    // A million rows in one go would fill the embedded database's memory with its log.
    const logged = embedded ? ['turns', 'turns_to_add', 'calls'] : [];
    for (const name of logged) await db.query(`alter table ${name} set unlogged`);
    await fill(db);
    const scope = { from: FROM, to: new Date(FROM.getTime() + 30 * DAY_MS), domain: 'bench' };
    const rows: (string | number)[][] = [['report', 'of', 'runs', 'p50 ms', 'p95 ms', 'turns']];
    let met = true;
    const cases: [string, ReportScope][] = [
      ['30 days', scope],
      ['30 days from half past', { ...scope, from: new Date(FROM.getTime() + 1_800_000) }],
      ['30 days, an adapter', { ...scope, adapter: 'premium' }],
      ['7 days', { ...scope, to: new Date(FROM.getTime() + 7 * DAY_MS) }],
      ['24 hours', { ...scope, to: new Date(FROM.getTime() + DAY_MS) }],
      ['1 hour', { ...scope, from: hours(9.5), to: hours(10.5) }],
    ];
    for (const [label, of] of cases) {
      for (const kind of [...reportKinds, 'html'] as const) {
        const { times, turns } = await timesOf(db, kind, of);
        rows.push([
          kind,
          label,
          times.length,
          ...[median(times), percentile(times, 0.95)].map(Math.round),
          turns,
        ]);
        met &&= median(times) < TARGET_MS;
      }
    }
    process.stdout.write(`${table(rows)}\n`);
    const verdict = met ? 'met' : 'MISSED';
    process.stdout.write(`Target: each report in under ${TARGET_MS / 1_000} s: ${verdict}\n`);
    await writePage(db, { ...scope, to: new Date(FROM.getTime() + DAY_MS) }, 'day.html');
    await writePage(db, scope, 'month.html');
    return met;
  } finally {
    await db.end();
  }
}

const hours = (count: number) => new Date(FROM.getTime() + count * 3_600_000);

async function fill(db: Database) {
  const options = { turnsACall: TURNS_A_CALL, from: FROM, to: new Date(FROM.getTime() + 30 * DAY_MS) };
  const writing = performance.now();
  await writeSyntheticCalls(db, { ...options, calls: TURNS / TURNS_A_CALL, domain: 'bench' });
  const adding = performance.now();
  let added = 0;
  for (let more = 1; more > 0; added += more) more = await addTurnsToHours(db);
  await db.query('analyze');
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  report(
    `${added} turns: written in ${seconds(adding - writing)} s, added to the hours in ${seconds(performance.now() - adding)} s`,
  );
}

async function timesOf(db: Database, kind: (typeof reportKinds)[number] | 'html', scope: ReportScope) {
  const times: number[] = [];
  let turns = 0;
  const drawn = kind === 'html';
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const made = await buildReport(db, drawn ? 'summary' : kind, scope, { currency: 'USD', drawn });
    if (drawn) asHtml(made);
    else asTable(made);
    times.push(performance.now() - start);
    const counted = made.sections.flatMap(({ rows }) => rows).find(({ figure }) => figure === 'turns');
    turns = Number(counted?.value ?? turns);
  }
  return { times, turns };
}

async function writePage(db: Database, scope: ReportScope, name: string) {
  mkdirSync(FOLDER, { recursive: true });
  const page = asHtml(await buildReport(db, 'summary', scope, { currency: 'USD', drawn: true }));
  writeFileSync(join(FOLDER, name), page);
  report(`a page of synthetic calls: ${join(FOLDER, name)}`);
}
