import { z } from 'zod';

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** Enough to know one's own words by. */
const LONGEST = 80;
/** Keys that are named of those that nobody knows. */
const MOST_KEYS = 5;

/** The beginning of what somebody sent, on one line: sentences and logs that repeat it stay sentences. */
export function clipped(text: string, most = LONGEST): string {
  const line = text.slice(0, most).replaceAll(/\p{Cc}+/gu, ' ');
  return text.length > most ? `${line}…` : line;
}

/**
 * What schemas say of what is not there: zod's own words speak of `undefined` and `NaN`, which nobody has sent, and
 * repeat unknown keys at any length. Imported
 * by the schemas of every door; schemas with words of their own keep them.
 */
z.config({
  customError(issue) {
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys as string[];
      const named = keys.slice(0, MOST_KEYS).map((key) => JSON.stringify(clipped(key)));
      return `Unrecognized key${keys.length > 1 ? 's' : ''}: ${named.join(', ')}${keys.length > MOST_KEYS ? ', …' : ''}`;
    }
    if (issue.code !== 'invalid_type') return undefined;
    if (Number.isNaN(issue.input)) return 'this is no number';
    if (issue.input !== undefined) return undefined;
    return `${kinds[issue.expected as string] ?? 'a value'} is missing`;
  },
});
