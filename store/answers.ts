import type { Database } from './database.ts';

/** Answers are shared within a scope only. */
export interface AnswerScope {
  domain: string;
  language: string;
  adapter: string;
  /** Changes with the domain's prompt, so that an answer never outlives what it was made from. */
  promptVersion: string;
}

export interface StoredAnswer {
  question: string;
  answer: string;
  /** Cosine, −1 to 1. */
  similarity: number;
}

const scopeOf = (s: AnswerScope) => [s.domain, s.language, s.adapter, s.promptVersion];

/** pgvector reads a vector as `[1,2,3]`. */
const vector = (embedding: Float32Array) => `[${embedding.join(',')}]`;

/** The stored answer whose question is closest, or none. */
export async function closestAnswer(
  db: Database,
  scope: AnswerScope,
  embedding: Float32Array,
): Promise<StoredAnswer | undefined> {
  const { rows } = await db.query<StoredAnswer>(
    `select question, answer, 1 - (embedding <=> $5::vector) as similarity from answers
     where domain = $1 and language = $2 and adapter = $3 and prompt_version = $4
     order by embedding <=> $5::vector limit 1`,
    [...scopeOf(scope), vector(embedding)],
  );
  return rows[0];
}

/** Keeps the answer to a question; the first one kept for the same words stays. */
export async function keepAnswer(
  db: Database,
  scope: AnswerScope,
  answer: { question: string; answer: string; embedding: Float32Array },
): Promise<void> {
  await db.query(
    `insert into answers (domain, language, adapter, prompt_version, question, answer, embedding)
     values ($1, $2, $3, $4, $5, $6, $7::vector)
     on conflict (domain, language, adapter, prompt_version, question) do nothing`,
    [...scopeOf(scope), answer.question, answer.answer, vector(answer.embedding)],
  );
}
