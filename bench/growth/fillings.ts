import { promptVersionOf, findDomain } from '../../domains/registry.ts';
import { defaultTenant } from '../../call/request.ts';
import { type Database } from '../../store/database.ts';
import { writeSyntheticCalls } from '../analytics/synthetic.ts';
import { buildClosenessIndex } from '../cache/closeness-index.ts';

const DOMAIN = 'banking';
/** Rows that are written in one statement: short enough for its time limit. */
const BATCH = 2_000;

/** Past calls that are made up; the others are copies of these with other times. */
const MADE_UP = 1_000;
/** Copies of all of those in one statement. */
const COPIES = 10;

/** So many past calls of a turn each, thousands, of the domain that is called and among its callers. */
export async function fillCalls(db: Database, calls: number): Promise<void> {
  // So many rows in one go would fill the embedded database's memory with its log.
  for (const name of ['turns', 'turns_to_add', 'calls']) await db.query(`alter table ${name} set unlogged`);
  const from = new Date('2026-01-01T00:00:00Z');
  const to = new Date(from.getTime() + 90 * 86_400_000);
  await writeSyntheticCalls(db, { calls: MADE_UP, turnsACall: 1, from, to, domain: DOMAIN });
  for (const name of ['calls', 'turns']) await copy(db, name, calls / MADE_UP - 1);
  await db.query('truncate turns_to_add');
  await db.query('analyze');
}

async function copy(db: Database, name: string, copies: number) {
  const { rows } = await db.query<{ column_name: string; data_type: string }>(
    'select column_name, data_type from information_schema.columns where table_name = $1',
    [name],
  );
  const values = rows.map(({ column_name: column, data_type: type }) => {
    if (column === 'session') return `session || '-' || k`;
    return type.startsWith('timestamp') ? `${column} + k * interval '1 minute'` : column;
  });
  const columns = rows.map((row) => row.column_name).join(', ');
  for (let first = 1; first <= copies; first += COPIES) {
    const last = Math.min(first + COPIES - 1, copies);
    await db.query(
      `insert into ${name} (${columns}) select ${values.join(', ')} from ${name}, generate_series(${first}, ${last}) k
       where session ~ '^${DOMAIN}-[0-9]+$' on conflict do nothing`,
    );
  }
}

/** So many stored answers in the scope that the calls ask, none of which is what they ask for. */
export async function fillAnswers(db: Database, entries: number): Promise<void> {
  await db.query('truncate answers');
  await db.query('drop index if exists answers_by_closeness');
  for (let from = 0; from < entries; from += BATCH) {
    await db.query(
      `insert into answers (tenant, domain, language, adapter, prompt_version, model, question, words, answer,
         embedding, expires_at)
       select $1, $2, 'en', 'default', $3, 'scripted', 'entry ' || n, 'entry ' || n, 'answer ' || n,
         (select array_agg(random() - 0.5 + (i + n) * 0) from generate_series(1, 384) i)::vector, now() + interval '1 hour'
       from generate_series($4::int, $5::int) n`,
      [
        defaultTenant,
        DOMAIN,
        promptVersionOf(findDomain(DOMAIN)!),
        from,
        Math.min(from + BATCH, entries) - 1,
      ],
    );
  }
  await buildClosenessIndex(db);
}
