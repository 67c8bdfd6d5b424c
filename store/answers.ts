import type { Database } from './database.ts';

/** Answers are shared within a scope only. */
export interface AnswerScope {
  tenant: string;
  domain: string;
  language: string;
  adapter: string;
  /** Changes with the domain's prompt, so that an answer never outlives what it was made from. */
  promptVersion: string;
  /** The embedding engine's name: vectors of two models can't be compared. */
  model: string;
}

/** An answer that may fit. */
export interface StoredAnswer {
  id: number;
  question: string;
  answer: string;
  /** Cosine, −1 to 1. */
  similarity: number;
}

export interface NewAnswer {
  question: string;
  answer: string;
  embedding: Float32Array;
}

/** What a question may have to be stored or looked up, in characters: it is part of an index. */
export const longestQuestion = 300;

/** A question without case and punctuation: what is equal in this is the same question. */
export const wordsOf = (text: string) => (text.toLowerCase().match(/[\p{L}\p{N}'$%]+/gu) ?? []).join(' ');

export const scopeValues = (s: AnswerScope) => [
  s.tenant,
  s.domain,
  s.language,
  s.adapter,
  s.promptVersion,
  s.model,
];

/** pgvector reads a vector as `[1,2,3]`. */
export const vectorText = (embedding: Float32Array) => `[${embedding.join(',')}]`;

const IN_SCOPE =
  'tenant = $1 and domain = $2 and language = $3 and adapter = $4 and prompt_version = $5 and model = $6';

/** The stored answer to the very same words, or none. */
export async function answerToWords(
  db: Database,
  scope: AnswerScope,
  question: string,
): Promise<StoredAnswer | undefined> {
  const { rows } = await db.query<StoredAnswer>(
    `select id::float8, question, answer, 1::float8 as similarity from answers
     where ${IN_SCOPE} and words = $7 and expires_at > now()`,
    [...scopeValues(scope), wordsOf(question)],
  );
  return rows[0];
}

/** The `most` stored answers whose questions are closest, none below `atLeast` (cosine), closest first. */
export async function closestAnswers(
  db: Database,
  scope: AnswerScope,
  { embedding, atLeast, most }: { embedding: Float32Array; atLeast: number; most: number },
): Promise<StoredAnswer[]> {
  const { rows } = await db.query<StoredAnswer>(
    `select id::float8, question, answer, 1 - distance as similarity
     from closest_answers($1, $2, $3, $4, $5, $6, $7::vector, $8, $9)`,
    [...scopeValues(scope), vectorText(embedding), 1 - atLeast, most],
  );
  return rows;
}

/** Counts a use of a stored answer. */
export async function noteUse(db: Database, id: number): Promise<void> {
  await db.query('update answers set uses = uses + 1, used_at = now() where id = $1', [id]);
}

/**
 * Keeps the answer to a question for `keepMs`; the first one kept for the same words stays until it has expired.
 * Returns whether it was kept.
 */
export async function keepAnswer(
  db: Database,
  scope: AnswerScope,
  { question, answer, embedding }: NewAnswer,
  keepMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into answers as old (tenant, domain, language, adapter, prompt_version, model,
       question, words, answer, embedding, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::vector, now() + $11 * interval '1 millisecond')
     on conflict (tenant, domain, language, adapter, prompt_version, model, words) do update
       set question = excluded.question, answer = excluded.answer, uses = 0, created_at = now(),
           used_at = null, expires_at = excluded.expires_at
       where old.expires_at <= now()`,
    [...scopeValues(scope), question, wordsOf(question), answer, vectorText(embedding), keepMs],
  );
  return rowCount === 1;
}

/** Deletes what has expired, at most 10,000 at a time; returns how many. */
export async function dropExpired(db: Database): Promise<number> {
  const { rowCount } = await db.query(
    'delete from answers where id in (select id from answers where expires_at <= now() limit 10000)',
  );
  return rowCount ?? 0;
}
