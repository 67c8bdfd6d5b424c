import { phonemize } from 'phonemizer';

/** What Kokoro reads pauses and tones from; espeak leaves it out. */
const PUNCTUATION = /([\s]*[;:,.!?—…"()“”]+[\s]*)/;

/** espeak's signs for sounds that Kokoro was taught under another one. */
const SAME_SOUND: Record<string, string> = { r: 'ɹ', x: 'k', ɬ: 'l', ʲ: 'j' };

/** English words as Kokoro's phonemes, with their punctuation. `language`: espeak's name, such as `en-us`. */
export async function kokoroPhonemes(text: string, language: string): Promise<string> {
  const parts = await Promise.all(
    text.split(PUNCTUATION).map(async (part, i) => {
      const isPunctuation = i % 2 === 1;
      if (isPunctuation) return part.replace(/\s+/g, ' ');
      return part.trim() === '' ? '' : (await phonemize(part, language)).join(' ');
    }),
  );
  return parts
    .join('')
    .replace(/[rxɬʲ]/g, (sign) => SAME_SOUND[sign]!)
    .trim();
}
