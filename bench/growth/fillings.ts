import { promptVersionOf, findDomain } from '../../domains/registry.ts';
import { defaultTenant } from '../../call/request.ts';
import { type Database } from '../../store/database.ts';
import { writeSyntheticCalls } from '../analytics/synthetic.ts';

const DOMAIN = 'banking';
/** Rows that are written in one statement: short enough for its time limit. */
const BATCH = 2_000;

/** So many past calls of a turn each, of the domain that is called and among its callers. */
export async function fillCalls(db: Database, calls: number): Promise<void> {
  // So many rows in one go would fill the embedded database's memory with its log.
  for (const name of ['turns', 'turns_to_add', 'calls']) await db.query(`alter table ${name} set unlogged`);
  const from = new Date('2026-01-01T00:00:00Z');
  const to = new Date(from.getTime() + 90 * 86_400_000);
  await writeSyntheticCalls(db, { calls, turnsACall: 1, from, to, domain: DOMAIN });
  await db.query('truncate turns_to_add');
  await db.query('analyze');
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
         (select array_agg(random() - 0.5 + n * 0) from generate_series(1, 384))::vector, now() + interval '1 hour'
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
  const client = await db.connect();
  try {
    await client.query("set statement_timeout = 0; set maintenance_work_mem = '512MB'");
    await client.query(
      'create index answers_by_closeness on answers using hnsw (embedding vector_cosine_ops)',
    );
    await client.query('analyze answers');
  } finally {
    client.release(true);
  }
}
