import type { TtsEngine } from './engine.ts';

const RATE = 8_000;
const MS_PER_CHARACTER = 60;
/** 10 s, in whole periods of 20 samples; shared by all that is ever said, so it costs nothing. */
const TONE = Int16Array.from(
  { length: 10 * RATE },
  (_, i) => 6_000 * Math.sin((2 * Math.PI * 400 * i) / RATE),
);

/** Says 60 ms of a 400 Hz tone for each character, at once: for tests and benchmarks. Not to be written into. */
export function createScriptedTts(): TtsEngine {
  return {
    name: 'scripted',
    sampleRate: RATE,
    voices: ['default'],
    async warmUp() {},
    async *synthesize({ text }, signal) {
      let left = (text.length * MS_PER_CHARACTER * RATE) / 1_000;
      for (; left > 0 && !signal.aborted; left -= TONE.length) yield TONE.subarray(0, left);
    },
    async close() {},
  };
}
