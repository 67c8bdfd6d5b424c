import { bytesPerMs, type MediaFormat, toSamples } from '../audio/format.ts';

export interface SpokenSentence {
  text: string;
  audio: Uint8Array;
  /** All of its audio is here. */
  done: boolean;
}

const FRAME_MS = 20;
/** RMS of a frame that counts as silence, of 32,768: −45 dBFS. */
const SILENCE = 184;
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

/** 0–1 of the sentence's voiced audio. */
function shareHeard(format: MediaFormat, sentence: SpokenSentence, heardBytes: number): number {
  const frameBytes = FRAME_MS * bytesPerMs(format);
  let voiced = 0;
  let voicedHeard = 0;
  for (let from = 0; from < sentence.audio.length; from += frameBytes) {
    const frame = toSamples(format, sentence.audio.subarray(from, from + frameBytes));
    if (isSilent(frame)) continue;
    voiced++;
    if (from + frameBytes <= heardBytes) voicedHeard++;
  }
  const all = sentence.done ? voiced : Math.max(voiced, (sentence.text.length * CHARACTER_MS) / FRAME_MS);
  return all === 0 ? 0 : voicedHeard / all;
}

function isSilent(frame: Int16Array): boolean {
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  return energy < SILENCE * SILENCE * frame.length;
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
