import { type AnswerScope, answerToWords, closestAnswers, type StoredAnswer } from '../../store/answers.ts';
import type { Database } from '../../store/database.ts';
import { CLOSE, sameAs } from './questions.ts';

/** The closest question may be another one; the right one is rarely farther down. */
const CANDIDATES = 8;

/** The stored answer to a question, or none. `embedding` is undefined where there is none. Rejects without Postgres. */
export async function findAnswer(
  database: Database,
  scope: AnswerScope,
  question: string,
  embedding: Promise<Float32Array | undefined>,
): Promise<StoredAnswer | undefined> {
  const same = await answerToWords(database, scope, question);
  if (same) return same;
  const vector = await embedding;
  if (!vector) return undefined;
  const candidates = await closestAnswers(database, scope, {
    embedding: vector,
    atLeast: CLOSE,
    most: CANDIDATES,
  });
  const isSame = sameAs(question);
  return candidates.find((found) => isSame(found.question, found.similarity));
}
