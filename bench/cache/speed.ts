import { findAnswer } from '../../activities/recall/find-answer.ts';
import { loadConfig } from '../../config/load.ts';
import { Keeper } from '../../deploy/local/keeper.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';
import { type AnswerScope, keepAnswer, vectorText } from '../../store/answers.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { report } from '../platform.ts';
import type { Prepared } from './precision.ts';
import { buildClosenessIndex } from './closeness-index.ts';

const ENTRIES = 100_000;
/** Half of the entries are of the scope that is asked, the others of so many more. */
const OTHER_SCOPES = 99;
const LOOK_UPS = 300;
const WARM_UP = 30;

export interface Speed {
  what: string;
  hits: number;
  /** Of each look-up, its embedding included. */
  ms: number[];
}

/**
 * Look-ups in a Postgres with 100,000 stored answers: the one that DATABASE_URL names, which should be empty, else
 * the embedded one. `stored` are questions with an answer; `asked` are others of the same meaning; `unknown` have none.
 */
export async function measureSpeed(
  embedding: EmbeddingEngine,
  stored: Prepared[],
  asked: Prepared[],
  unknown: Prepared[],
): Promise<{ speeds: Speed[]; fillMs: number; indexMs: number; server: string }> {
  const keeper = new Keeper();
  const postgres = await startPostgres(keeper, report);
  const config = loadConfig({ ...process.env, DATABASE_URL: postgres.url });
  const database = openDatabase({ ...config.postgres }, () => undefined);
  try {
    await migrate(database);
    const { fillMs, indexMs } = await fill(database, stored);
    const { rows } = await database.query<{ server: string }>(
      `select 'Postgres ' || current_setting('server_version') || ', pgvector ' ||
         (select extversion from pg_extension where extname = 'vector') as server`,
    );
    for (const { text, vector } of stored) {
      const answer = { question: text, answer: `Answer to: ${text}`, embedding: vector };
      await keepAnswer(database, scopeOf(0), answer, 3_600_000);
      await keepAnswer(database, scopeOf('small'), answer, 3_600_000);
    }
    const look = (what: string, questions: Prepared[], tenant: number | 'small' = 0) =>
      time(what, database, embedding, scopeOf(tenant), questions);
    const speeds = [
      await look('the very words', stored),
      await look('the same meaning', asked),
      await look('nothing stored', unknown),
      await look('the same meaning, small scope', asked, 'small'),
    ];
    return { speeds, fillMs, indexMs, server: rows[0]!.server };
  } finally {
    await database.query('truncate answers').catch(() => undefined);
    await database.end();
    await postgres.stop();
  }
}

const scopeOf = (tenant: number | 'small'): AnswerScope => ({
  tenant: `bench-${tenant}`,
  domain: 'banking',
  language: 'en',
  adapter: 'default',
  promptVersion: 'bench',
  model: 'minilm',
});

/** Entries that lie about the real questions as other questions would, and the index over them. */
async function fill(database: Database, near: Prepared[]): Promise<{ fillMs: number; indexMs: number }> {
  const begun = performance.now();
  const BATCH = 500;
  await database.query('drop index answers_by_closeness');
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const vectors = Array.from({ length: BATCH }, (_, i) =>
      vectorText(nearTo(near[(from + i) % near.length]!.vector)),
    );
    const tenants = Array.from({ length: BATCH }, (_, i) =>
      i % 2 ? `bench-${1 + (((from + i) >> 1) % OTHER_SCOPES)}` : 'bench-0',
    );
    await database.query(
      `insert into answers (tenant, domain, language, adapter, prompt_version, model, question, words, answer,
         embedding, expires_at)
       select tenant, 'banking', 'en', 'default', 'bench', 'minilm', 'entry ' || n, 'entry ' || n, 'answer ' || n,
         vector::vector, now() + interval '1 hour'
       from unnest($1::text[], $2::text[]) with ordinality as t(tenant, vector, i), lateral (select $3 + i as n) as x`,
      [tenants, vectors, from],
    );
  }
  const filled = performance.now();
  report(`${ENTRIES} entries are in; the index is being built`);
  await buildClosenessIndex(database);
  return { fillMs: filled - begun, indexMs: performance.now() - filled };
}

/** Another question in the same field: cosine about 0.7. */
function nearTo(vector: Float32Array): Float32Array {
  const shifted = vector.map((value) => value + (1 / Math.sqrt(vector.length)) * gaussian());
  const length = Math.hypot(...shifted);
  return shifted.map((value) => value / length);
}

/** Box and Muller's. */
const gaussian = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

async function time(
  what: string,
  database: Database,
  embedding: EmbeddingEngine,
  scope: AnswerScope,
  questions: Prepared[],
): Promise<Speed> {
  const ms: number[] = [];
  let hits = 0;
  for (let i = 0; i < WARM_UP + LOOK_UPS; i++) {
    const { text } = questions[i % questions.length]!;
    const begun = performance.now();
    const vector = embedding.embed([text]).then(([one]) => one);
    const found = await findAnswer(database, scope, text, vector);
    await vector;
    if (i < WARM_UP) continue;
    ms.push(performance.now() - begun);
    if (found) hits += 1;
  }
  return { what, hits, ms };
}
