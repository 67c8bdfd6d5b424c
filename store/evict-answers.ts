import { vectorText } from './answers.ts';
import type { Database } from './database.ts';
import { type AnswerFilter, whereOf } from './manage-answers.ts';

/** Which stored answers go; one has to meet all that is given. */
export interface EvictionRule {
  /** Stored longer ago, ms. */
  olderThanMs?: number;
  /** Not given for so long, ms; what was never given counts from when it was stored. */
  unusedForMs?: number;
  /** All but so many, those that were given last and most often. */
  keep?: number;
  /** Its question is at least so close (cosine) to this one. */
  like?: { embedding: Float32Array; atLeast: number; model: string };
}

export interface Eviction {
  evicted: number;
  /** Questions of the first few that went. */
  examples: string[];
}

/** Deletes what the rule says, of what the filter fits; with `dryRun` only tells what would go. */
export async function evictAnswers(
  db: Database,
  filter: AnswerFilter,
  { olderThanMs, unusedForMs, keep, like }: EvictionRule,
  dryRun: boolean,
): Promise<Eviction> {
  const conditions: [string, unknown][] = [];
  const before = (column: string, ms: number) =>
    conditions.push([`${column} < now() - ? * interval '1 millisecond'`, ms]);
  if (olderThanMs !== undefined) before('created_at', olderThanMs);
  if (unusedForMs !== undefined) before('coalesce(used_at, created_at)', unusedForMs);
  if (like) {
    conditions.push(['model = ?', like.model]);
    conditions.push([`embedding <=> ?::vector <= ${1 - like.atLeast}`, vectorText(like.embedding)]);
  }
  const all = whereOf(filter);
  if (keep !== undefined) {
    const { rows } = await db.query<{ id: string }>(
      `select id from answers ${all.where}
       order by coalesce(used_at, created_at) desc, uses desc, id desc limit ${Math.trunc(keep)}`,
      all.values,
    );
    conditions.push(['not (id = any(?))', rows.map(({ id }) => id)]);
  }
  const { where, values } = whereOf(filter, conditions);
  const { rows } = await db.query<Eviction>(
    `with gone as (${dryRun ? 'select question from answers' : 'delete from answers'} ${where}
       ${dryRun ? '' : 'returning question'})
     select count(*)::float8 as evicted, coalesce((array_agg(question))[1:5], '{}') as examples from gone`,
    values,
  );
  return rows[0]!;
}
