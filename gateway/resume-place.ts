import { bytesPerMs, type MediaFormat } from '../audio/format.ts';
import type { SpokenSentence } from './heard.ts';
import { loudness, LOUDNESS_FRAME_MS, loudnessFrameBytes, SILENCE_RMS } from './loudness.ts';

/** A pause between words is looked for as far back as this, ms. */
const FURTHEST_MS = 1_200;
/** Where there is none, the quietest place between these is taken, ms back. */
const NEAREST_MS = 240;
const LATEST_MS = 640;
/** A gap of so many quiet frames lies between words, a shorter one within one (the stop in "account"). */
const GAP_FRAMES = 3;

/**
 * The byte to go on from when the bot was paused after `heardBytes`: the end of the last pause between words before
 * it, or the start of the sentence, so that the word that was cut is said again as a whole.
 */
export function placeToResume(
  format: MediaFormat,
  sentences: readonly SpokenSentence[],
  heardBytes: number,
): number {
  let start = 0;
  for (const { audio } of sentences) {
    if (heardBytes < start + audio.length) {
      const frameBytes = loudnessFrameBytes(format);
      const back = Math.floor((heardBytes - start) / frameBytes);
      const from = Math.max(0, back - FURTHEST_MS / LOUDNESS_FRAME_MS);
      const levels = loudness(format, audio.subarray(from * frameBytes, back * frameBytes));
      const place = from === 0 && levels.length * LOUDNESS_FRAME_MS <= NEAREST_MS ? 0 : quietPlace(levels);
      return start + (from + place) * frameBytes;
    }
    start += audio.length;
  }
  return Math.floor(Math.min(heardBytes, start) / bytesPerMs(format)) * bytesPerMs(format);
}

/** The frame after the last gap; else the quietest one some way back. */
function quietPlace(levels: Float64Array): number {
  for (let i = levels.length; i >= GAP_FRAMES; i--) {
    if (levels.subarray(i - GAP_FRAMES, i).every((level) => level < SILENCE_RMS)) return i;
  }
  const last = Math.max(0, levels.length - NEAREST_MS / LOUDNESS_FRAME_MS);
  const first = Math.max(0, levels.length - LATEST_MS / LOUDNESS_FRAME_MS);
  let quietest = first;
  for (let i = first; i <= last && i < levels.length; i++) {
    if (levels[i]! <= levels[quietest]!) quietest = i;
  }
  return quietest;
}
