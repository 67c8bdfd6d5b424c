/** Moonshine's decoder stops at the end of what was said, or else after so many tokens for a second of audio. */
const MAX_TOKENS_PER_SECOND = 15;
const LONGEST_REPEATED_PHRASE = 8;

/**
 * The words of a recognition: without music signs and noise in brackets, and without what a decoder that never
 * came to an end (as with noise, or audio cut in a word) repeats.
 */
export function cleanTranscript({ text, tokens }: { text: string; tokens: number }, seconds: number): string {
  const words = text
    .replace(/[♪♫]/g, ' ')
    .replace(/\[[^\]]*\]|\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const ranOn = tokens >= Math.floor(MAX_TOKENS_PER_SECOND * seconds) - 1;
  const kept = ranOn ? withoutRepetition(words) : words;
  return kept.some((word) => plain(word) !== '') ? kept.join(' ') : '';
}

/** What comes before the phrase that is repeated to the end, and the phrase once; nothing where none is. */
function withoutRepetition(words: string[]): string[] {
  const said = words.map(plain);
  // The limit may have cut the last word.
  for (const length of [said.length, said.length - 1]) {
    for (let phrase = 1; phrase <= LONGEST_REPEATED_PHRASE; phrase++) {
      let repeated = 0;
      while (
        length - 1 - repeated >= phrase &&
        said[length - 1 - repeated] === said[length - 1 - repeated - phrase]
      ) {
        repeated++;
      }
      if (repeated < 2 * phrase) continue;
      const before = length - repeated - phrase;
      return before === 0 ? [] : words.slice(0, before + phrase);
    }
  }
  return [];
}

const plain = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
