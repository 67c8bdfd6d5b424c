import { bytesPerMs, type MediaFormat } from '../audio/format.ts';
import { type SpokenSentence, wordEnds } from './word-ends.ts';

export type { SpokenSentence };

/** How much of a question's end is not waited for, and how long after it a caller may be answering it, ms. */
const ENDING_MS = 900;
const AFTER_MS = 700;

/**
 * The words of these sentences that were heard in their first `heardBytes` of audio: whole words, to
 * within one (`npm run bench -- barge-in` counts them).
 */
export function wordsHeard(
  format: MediaFormat,
  sentences: readonly SpokenSentence[],
  heardBytes: number,
): string {
  const heard: string[] = [];
  let left = heardBytes;
  for (const sentence of sentences) {
    if (left <= 0) break;
    const whole = sentence.done && left >= sentence.audio.length;
    heard.push(whole ? sentence.text : wordsWithin(format, sentence, left));
    left -= sentence.audio.length;
  }
  return heard.filter(Boolean).join(' ');
}

/** What was heard, and the words that were being said: some of their sounds may have been heard as well. */
export function wordsStarted(
  format: MediaFormat,
  sentences: readonly SpokenSentence[],
  heardBytes: number,
): string {
  const heard = wordsHeard(format, sentences, heardBytes);
  const all = sentences
    .map(({ text }) => text)
    .filter(Boolean)
    .join(' ');
  const next = all.slice(heard.length).match(/(?:\s*\S+){1,2}/)?.[0] ?? '';
  return heard + next;
}

/** The bot is at the end of a question, or has just put one: `heardBytes` of these sentences were heard. */
export function isAsking(
  format: MediaFormat,
  sentences: readonly SpokenSentence[],
  heardBytes: number,
): boolean {
  const rate = bytesPerMs(format);
  let end = 0;
  for (const { text, audio, done } of sentences) {
    end += audio.length;
    const past = (heardBytes - end) / rate;
    if (done && text.trimEnd().endsWith('?') && past >= -ENDING_MS && past <= AFTER_MS) return true;
  }
  return false;
}

function wordsWithin(format: MediaFormat, sentence: SpokenSentence, heardBytes: number): string {
  const count = wordEnds(format, sentence).filter((end) => end <= heardBytes).length;
  const last = [...sentence.text.matchAll(/\S+/g)][count - 1];
  return last ? sentence.text.slice(0, last.index + last[0].length) : '';
}
