import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';

/** A question of an evaluation set; those of a group ask the same. */
export interface EvaluationQuestion {
  text: string;
  group: number;
  /** Groups of a cluster are each other's hard negatives. */
  cluster: number;
}

/**
 * Reads `bench/cache/NAME.txt`: a question a line, a blank line between groups, `--` between clusters, `#` before the
 * name of a business, which begins a cluster too.
 */
export function readQuestions(name: string): EvaluationQuestion[] {
  const questions: EvaluationQuestion[] = [];
  let [group, cluster] = [0, 0];
  for (const line of readFileSync(join(packageRoot, 'bench', 'cache', `${name}.txt`), 'utf8').split('\n')) {
    const text = line.trim();
    if (text === '') group += 1;
    else if (text === '--' || text.startsWith('#')) [group, cluster] = [group + 1, cluster + 1];
    else questions.push({ text, group, cluster });
  }
  return questions;
}
