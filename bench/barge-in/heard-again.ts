import { toSamples } from '../../audio/format.ts';
import { resample } from '../../audio/resample.ts';
import type { SttEngine } from '../../engines/stt/engine.ts';
import { spokenText } from '../../engines/tts/spoken-text.ts';
import type { Outcome } from './trial.ts';

const FORMAT = { encoding: 'mulaw', sampleRate: 8_000 } as const;
const STT_RATE = 16_000;

/** What the recogniser makes of sentences that were paused and resumed, as their callers heard them. */
export interface HeardAgain {
  resumed: number;
  /** Of which no word was left out between the pause and the resumption. */
  whole: number;
  /** Words that were said after the resumptions. */
  words: number;
  /** Those of them that the recogniser gets wrong, and those that it gets wrong in the unbroken sentence. */
  wrong: number;
  wrongUnbroken: number;
}

/** What is left out of a pause in the voice, ms: a resumption goes on at its end, and two clocks differ by a frame or two. */
const UNHEARD_MS = 60;
/** The line is silent before the bot goes on, samples of the recogniser. */
const SILENCE = 0.3 * STT_RATE;

/** Plays what was heard after each resumption to the recogniser, and compares it with the text, as of the whole sentence. */
export async function measureHeardAgain(outcomes: Outcome[], stt: SttEngine): Promise<HeardAgain> {
  const counts: HeardAgain = { resumed: 0, whole: 0, words: 0, wrong: 0, wrongUnbroken: 0 };
  const unbroken = new Map<string, string[]>();
  for (const { again, sentence } of outcomes) {
    if (!again) continue;
    if (!unbroken.has(sentence.text)) unbroken.set(sentence.text, await hear(sentence.samples, stt));
    const written = plain(sentence.text);
    const after = await hear(toSamples(FORMAT, again.after), stt);
    const { edits, from } = fitToEnd(after, written);
    counts.resumed++;
    if (again.skippedMs <= UNHEARD_MS) counts.whole++;
    counts.words += written.length - from;
    counts.wrong += edits;
    counts.wrongUnbroken += fitToEnd(written.slice(from), unbroken.get(sentence.text)!).edits;
  }
  return counts;
}

async function hear(samples: Int16Array, stt: SttEngine): Promise<string[]> {
  const stream = stt.open({ language: 'en', onPartial: () => undefined });
  stream.write(new Int16Array(SILENCE));
  stream.write(resample(samples, FORMAT.sampleRate, STT_RATE));
  const { text } = await stream.finalize();
  stream.close();
  return plain(text);
}

/** Words as they are said, whoever writes them. */
const plain = (text: string) =>
  spokenText(text)
    .toLowerCase()
    .split(/[^a-z']+/)
    .filter(Boolean);

/** How many words to change, add or drop until `words` are the end of `sentence`, and with which word that begins. */
function fitToEnd(words: string[], sentence: string[]): { edits: number; from: number } {
  let row = Array.from({ length: sentence.length + 1 }, (_, from) => ({ edits: 0, from }));
  for (const [i, word] of words.entries()) {
    const next = [{ edits: i + 1, from: 0 }];
    for (const [j, other] of sentence.entries()) {
      const plus = ({ edits, from }: { edits: number; from: number }, cost: number) => ({
        edits: edits + cost,
        from,
      });
      const ways = [plus(row[j]!, word === other ? 0 : 1), plus(row[j + 1]!, 1), plus(next[j]!, 1)];
      next.push(ways.reduce((best, way) => (way.edits < best.edits ? way : best)));
    }
    row = next;
  }
  return row.at(-1)!;
}
