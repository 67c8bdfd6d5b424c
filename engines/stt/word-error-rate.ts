import { spokenText } from '../tts/spoken-text.ts';

/** Words wrong, missing or too many, as a share of the words that were said. Numerals count as their words. */
export function wordErrorRate(heard: string, said: string): number {
  const { errors, words } = wordErrors(heard, said);
  return errors / words;
}

/** The same as counts: the rate of many texts is that of their sums. */
export function wordErrors(heard: string, said: string): { errors: number; words: number } {
  const [a, b] = [wordsOf(heard), wordsOf(said)];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(row[j]! + (word === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return { errors: row.at(-1)!, words: b.length };
}

const wordsOf = (text: string) =>
  spokenText(text)
    .toLowerCase()
    .replace(/[^a-z' ]/g, ' ')
    .split(' ')
    .filter((word) => word !== '');
