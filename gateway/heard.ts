import { bytesPerMs, type MediaFormat } from '../audio/format.ts';
import { loudness, LOUDNESS_FRAME_MS as FRAME_MS, loudnessFrameBytes, SILENCE_RMS } from './loudness.ts';

export interface SpokenSentence {
  text: string;
  audio: Uint8Array;
  /** All of its audio is here. */
  done: boolean;
}

/** How much of a question's end is not waited for, and how long after it a caller may be answering it, ms. */
const ENDING_MS = 900;
const AFTER_MS = 700;
/** How long a voice takes for a character, ms, where a sentence's audio is not all here. */
const CHARACTER_MS = 65;

/**
 * The words of these sentences that were heard in their first `heardBytes` of audio: whole words, those of the
 * sentence that was cut in proportion to its audio without silence.
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
    heard.push(whole ? sentence.text : wordsWithin(sentence.text, shareHeard(format, sentence, left)));
    left -= sentence.audio.length;
  }
  return heard.filter(Boolean).join(' ');
}

/** What was heard, and the word that was being said. */
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
  const next = all.slice(heard.length).match(/\s*\S+/)?.[0] ?? '';
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

/** 0–1 of the sentence's voiced audio. */
function shareHeard(format: MediaFormat, sentence: SpokenSentence, heardBytes: number): number {
  const framesHeard = Math.floor(heardBytes / loudnessFrameBytes(format));
  let voiced = 0;
  let voicedHeard = 0;
  for (const [i, level] of loudness(format, sentence.audio).entries()) {
    if (level < SILENCE_RMS) continue;
    voiced++;
    if (i < framesHeard) voicedHeard++;
  }
  const all = sentence.done ? voiced : Math.max(voiced, (sentence.text.length * CHARACTER_MS) / FRAME_MS);
  return all === 0 ? 0 : voicedHeard / all;
}

function wordsWithin(text: string, share: number): string {
  const limit = text.trimEnd().length * share;
  let end = 0;
  for (const word of text.matchAll(/\S+/g)) {
    if (word.index + word[0].length > limit) break;
    end = word.index + word[0].length;
  }
  return text.slice(0, end);
}
