import { fromSamples, type MediaFormat } from '../../audio/format.ts';
import { wordsHeard } from '../../gateway/heard.ts';
import type { TimedSentence, TimedVoice } from './timed-voice.ts';

const FORMAT: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };
const CUTS = 40;

export const countWords = (text: string) => text.split(/\s+/).filter(Boolean).length;

export const wordsAt = ({ wordEnds }: TimedSentence, ms: number) =>
  wordEnds.filter((end) => end <= ms).length;

/** How often words heard were reckoned right. */
export interface HeardCuts {
  cuts: number;
  exact: number;
  withinOne: number;
}

/** Cuts each sentence at many places: how often is what the gateway says was heard right, and right to one word? */
export async function measureHeardText(voice: TimedVoice, texts: readonly string[]): Promise<HeardCuts> {
  const counts = { cuts: 0, exact: 0, withinOne: 0 };
  for (const text of texts) {
    const sentence = await voice.speak(text);
    const audio = fromSamples(FORMAT, sentence.samples);
    for (let i = 0; i < CUTS; i++) {
      const bytes = Math.floor(((i + 0.5) / CUTS) * audio.length);
      const off =
        countWords(wordsHeard(FORMAT, [{ text, audio, done: true }], bytes)) - wordsAt(sentence, bytes / 8);
      counts.cuts++;
      if (off === 0) counts.exact++;
      if (Math.abs(off) <= 1) counts.withinOne++;
    }
  }
  return counts;
}
