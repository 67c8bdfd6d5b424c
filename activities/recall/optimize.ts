import type { Database } from '../../store/database.ts';
import { type AnswerFilter, whereOf } from '../../store/manage-answers.ts';
import { isSameQuestion } from './questions.ts';

/** One answer that took others in. */
export interface Merge {
  kept: string;
  /** Questions that it stands for from now on. */
  merged: string[];
  /** How many of them had another answer, which is gone. */
  otherAnswers: number;
}

export interface Optimization {
  looked: number;
  removed: number;
  merges: Merge[];
}

/** How many of its neighbours an answer is compared with. */
const NEIGHBOURS = 16;
const PAGE = 200;

interface Neighbour {
  id: string;
  question: string;
  answer: string;
  distance: number;
}

/**
 * Merges stored answers of one scope whose questions are the same and at least `atLeast` close (cosine): the one that
 * was given most often stays, and counts the uses of all. `onProgress` is told how many have been looked at.
 */
export async function optimizeAnswers(
  db: Database,
  filter: AnswerFilter,
  atLeast: number,
  dryRun: boolean,
  onProgress: (looked: number) => void = () => undefined,
): Promise<Optimization> {
  const gone = new Set<string>();
  const merges: Merge[] = [];
  let looked = 0;
  for await (const { id, question, answer } of mostUsedFirst(db, filter)) {
    looked += 1;
    if (looked % PAGE === 0) onProgress(looked);
    if (gone.has(id)) continue;
    const { rows } = await db.query<Neighbour>(
      `select near.id::text, near.question, near.answer, near.distance
       from answers a, closest_answers(a.tenant, a.domain, a.language, a.adapter, a.prompt_version, a.model,
         a.embedding, $2, $3) near where a.id = $1 and near.id <> a.id`,
      [id, 1 - atLeast, NEIGHBOURS],
    );
    const same = rows.filter(
      (near) => !gone.has(near.id) && isSameQuestion(question, near.question, 1 - near.distance),
    );
    if (same.length === 0) continue;
    for (const near of same) gone.add(near.id);
    if (!dryRun)
      await merge(
        db,
        id,
        same.map((near) => near.id),
      );
    merges.push({
      kept: question,
      merged: same.map((near) => near.question),
      otherAnswers: same.filter((near) => near.answer !== answer).length,
    });
  }
  return { looked, removed: gone.size, merges };
}

/** One statement: it happens whole or not at all. */
const merge = (db: Database, kept: string, gone: string[]) =>
  db.query(
    `with taken as (delete from answers where id = any($2) returning uses, used_at)
     update answers set uses = uses + (select coalesce(sum(uses), 0) from taken),
       used_at = greatest(used_at, (select max(used_at) from taken)) where id = $1`,
    [kept, gone],
  );

/** All that the filter fits as it is now, read page by page. */
async function* mostUsedFirst(db: Database, filter: AnswerFilter) {
  const { where, values } = whereOf(filter);
  const { rows } = await db.query<{ id: string }>(
    `select id::text from answers ${where} order by uses desc, created_at desc, id`,
    values,
  );
  for (let from = 0; from < rows.length; from += PAGE) {
    const ids = rows.slice(from, from + PAGE).map(({ id }) => id);
    const page = await db.query<{ id: string; question: string; answer: string }>(
      'select id::text, question, answer from answers where id = any($1) order by array_position($1::bigint[], id)',
      [ids],
    );
    yield* page.rows;
  }
}
