import { type Domain, END_CALL } from '../../domains/domain.ts';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';
import { type AnswerScope, answerToWords, keepAnswer } from '../../store/answers.ts';
import type { Database } from '../../store/database.ts';
import { personalDataIn } from './personal-data.ts';
import { isAskable } from './questions.ts';

export interface Pair {
  question: string;
  answer: string;
}

export interface Warming {
  stored: number;
  /** Were there already. */
  present: number;
  refused: { question: string; reason: string }[];
}

/** Stores answers to questions that nobody has asked yet, by the rules for those that somebody has. */
export async function warmAnswers(
  { database, embedding }: { database: Database; embedding: EmbeddingEngine },
  scope: Omit<AnswerScope, 'model'>,
  pairs: Pair[],
  { keepMs, ours, dryRun }: { keepMs: number; ours: string; dryRun: boolean },
): Promise<Warming> {
  const warming: Warming = { stored: 0, present: 0, refused: [] };
  const within = { ...scope, model: embedding.name };
  for (const { question, answer } of pairs) {
    const reason = refusal({ question, answer }, ours);
    if (reason !== undefined) {
      warming.refused.push({ question, reason });
    } else if (await answerToWords(database, within, question)) {
      warming.present += 1;
    } else {
      const [vector] = dryRun ? [] : await embedding.embed([question]);
      if (vector) await keepAnswer(database, within, { question, answer, embedding: vector }, keepMs);
      warming.stored += 1;
    }
  }
  return warming;
}

/** Why a pair may not be stored, as a clause. */
export function refusal({ question, answer }: Pair, ours: string): string | undefined {
  if (!isAskable(question, true)) return 'it may mean something else in another call';
  const personal = personalDataIn(question, answer, ours);
  return personal === undefined ? undefined : `it holds ${personal}`;
}

/** The examples of a domain's intents with the answers that it gives them without a tool. */
export async function pairsOfIntents(domain: Domain): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const { name, examples, minor, closing, answer } of domain.intents) {
    if (minor || closing) continue;
    for (const question of examples) {
      const given = await Promise.resolve()
        .then(() => answer([{ text: question, intents: [name] }], usesTool, usesTool))
        .catch((error: unknown) => {
          if (error instanceof UsesTool) return undefined;
          throw error;
        });
      if (given && !given.endsCall) pairs.push({ question, answer: given.text });
    }
  }
  return pairs;
}

/** A tool's answer is one caller's. */
class UsesTool extends Error {}

const usesTool = (tool: string): never => {
  throw new UsesTool(tool === END_CALL ? 'ends the call' : `uses ${tool}`);
};
