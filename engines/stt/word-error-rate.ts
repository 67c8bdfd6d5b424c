import { spokenText } from '../tts/spoken-text.ts';

/** Words wrong, missing or too many, as a share of the words that were said. Numerals count as their words. */
export function wordErrorRate(heard: string, said: string): number {
  const [a, b] = [words(heard), words(said)];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(row[j]! + (word === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)! / b.length;
}

const words = (text: string) =>
  spokenText(text)
    .toLowerCase()
    .replace(/[^a-z' ]/g, ' ')
    .split(' ')
    .filter((word) => word !== '');
