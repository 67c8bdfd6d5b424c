import { asksTheSame, formOf, type QuestionForm } from '../../activities/recall/question-form.ts';
import { isAskable } from '../../activities/recall/questions.ts';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';
import { wordsOf } from '../../store/answers.ts';
import type { EvaluationQuestion } from './questions.ts';

/** Each question, with what a look-up makes of it. */
export interface Prepared extends EvaluationQuestion {
  words: string;
  form: QuestionForm;
  askable: boolean;
  vector: Float32Array;
  /** Cosine to every question of the file, by place. */
  closeness: Float32Array;
  place: number;
}

export async function prepare(
  questions: EvaluationQuestion[],
  embedding: EmbeddingEngine,
): Promise<Prepared[]> {
  const vectors = await embedding.embed(questions.map(({ text }) => text));
  return questions.map((question, place) => ({
    ...question,
    words: wordsOf(question.text),
    form: formOf(question.text),
    askable: isAskable(question.text, true),
    vector: vectors[place]!,
    closeness: Float32Array.from(vectors, (other) => cosine(vectors[place]!, other)),
    place,
  }));
}

/**
 * What a set of questions gets at a threshold. Each question is asked three times, and each time the first candidate
 * that passes is the answer, as in a call:
 * - warm: the store holds all others of the set. A hit on its own group is right.
 * - cold: the store holds the first question of each group; the first ones themselves are not asked.
 * - without: the store holds all other groups, and none of its own. Any hit is wrong.
 */
export interface Scores {
  threshold: number;
  asked: number;
  warm: { hits: number; right: number };
  cold: { asked: number; hits: number; right: number };
  without: { hits: number };
  /** Right hits of all hits, all three counted; NaN where there were none. */
  precision: number;
  /** Right warm hits of all questions asked. */
  hitRate: number;
  /** Right cold hits of all questions asked cold. */
  coldHitRate: number;
}

/** `guarded`: as in a call; else closeness alone decides. */
export function score(set: Prepared[], threshold: number, guarded: boolean): Scores {
  const first = new Set(set.filter(({ group }, i) => set.findIndex((one) => one.group === group) === i));
  const scores = {
    threshold,
    asked: set.length,
    warm: { hits: 0, right: 0 },
    cold: { asked: 0, hits: 0, right: 0 },
    without: { hits: 0 },
  };
  const find = (asked: Prepared, store: Iterable<Prepared>) => {
    let best: { stored: Prepared; similarity: number } | undefined;
    for (const stored of store) {
      const similarity = asked.closeness[stored.place]!;
      if ((!best || similarity > best.similarity) && passes(asked, stored, similarity)) {
        best = { stored, similarity };
      }
    }
    return best?.stored;
  };
  const passes = (asked: Prepared, stored: Prepared, similarity: number) => {
    if (!guarded) return similarity >= threshold;
    if (!asked.askable || !stored.askable) return false;
    return asked.words === stored.words || (similarity >= threshold && asksTheSame(asked.form, stored.form));
  };
  for (const asked of set) {
    const warm = find(
      asked,
      set.filter((one) => one !== asked),
    );
    if (warm) scores.warm.hits += 1;
    if (warm?.group === asked.group) scores.warm.right += 1;
    if (
      find(
        asked,
        set.filter(({ group }) => group !== asked.group),
      )
    )
      scores.without.hits += 1;
    if (first.has(asked)) continue;
    scores.cold.asked += 1;
    const cold = find(asked, first);
    if (cold) scores.cold.hits += 1;
    if (cold?.group === asked.group) scores.cold.right += 1;
  }
  const hits = scores.warm.hits + scores.cold.hits + scores.without.hits;
  return {
    ...scores,
    precision: (scores.warm.right + scores.cold.right) / hits,
    hitRate: scores.warm.right / scores.asked,
    coldHitRate: scores.cold.right / scores.cold.asked,
  };
}

/** Of vectors of unit length. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
