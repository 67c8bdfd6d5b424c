import type { Definition } from 'clipanion';
import { workerNames } from '../../config/worker-names.ts';
import { reportKinds } from '../report/report.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What can be completed of a command. */
export interface CompletedCommand {
  /** One or two words, `api-key create`. */
  path: string[];
  description: string;
  options: CompletedOption[];
  /** What its first argument can be, where that is known. */
  words: readonly string[];
}

export interface CompletedOption {
  name: string;
  description: string;
  /** Whether a value follows, and which ones there are; where they are not known, files are offered. */
  takesValue: boolean;
  values: readonly string[];
}

const firstWords: Record<string, readonly string[]> = {
  worker: workerNames,
  'analytics-report': reportKinds,
  completion: shells,
};

/** Reads what can be completed out of the commands' own definitions, so that it is never out of date. */
export function completedCommands(definitions: readonly Definition[]): CompletedCommand[] {
  return definitions
    .map(({ path, description = '', options }) => ({ words: path.split(' ').slice(1), description, options }))
    .filter(({ words }) => words.length > 0 && !words[0]!.startsWith('-'))
    .map(({ words, description, options }) => ({
      path: words,
      description: asLine(description),
      words: firstWords[words.join(' ')] ?? [],
      options: options.map(({ definition, description: about = '' }) => ({
        // `-o,--option #0`
        name: definition.split(' ')[0]!.split(',').at(-1)!,
        description: asLine(about),
        takesValue: / /.test(definition),
        values: valuesIn(about),
      })),
    }));
}

/** Clipanion ends descriptions with a line end. */
const asLine = (description: string) => description.trim().replace(/\s+/g, ' ');

/** A description that begins with a list of words, as in `table, json or stream`, lists the values. */
function valuesIn(description: string): string[] {
  const [list] = description.split(';');
  return /^\w+(, \w+)* or \w+$/.test(list!) ? list!.split(/, | or /) : [];
}
