/** Loudness is judged over windows of this length, ms. */
const WINDOW_MS = 20;
/** A pause this long, ms, ends an utterance: longer than anyone pauses within a sentence. */
const PAUSE_MS = 1_000;
/** Less sound than this, ms, is a click. */
const SHORTEST_MS = 100;
/** −50 dB of full scale: a room is louder than this, a muted line is not. */
const SILENCE = 100;
/** 24 dB: what is this much fainter than the loudest moment is background. */
const BACKGROUND = 16;
/** What is kept around an utterance, ms: soft first and last sounds. */
const LEAD_MS = 200;
const TAIL_MS = 300;

/** The stretches of speech in a recording, each without the long pauses around it. Empty if it is silent. */
export function findUtterances(samples: Int16Array, sampleRate: number): Int16Array[] {
  const window = (sampleRate * WINDOW_MS) / 1_000;
  const levels = loudness(samples, window);
  const threshold = Math.max(SILENCE, levels.reduce((max, level) => Math.max(max, level), 0) / BACKGROUND);

  const stretches: { first: number; last: number; loud: number }[] = [];
  for (const [index, level] of levels.entries()) {
    if (level < threshold) continue;
    const current = stretches.at(-1);
    if (current && (index - current.last) * WINDOW_MS <= PAUSE_MS) {
      current.last = index;
      current.loud++;
    } else {
      stretches.push({ first: index, last: index, loud: 1 });
    }
  }
  return stretches
    .filter(({ loud }) => loud * WINDOW_MS >= SHORTEST_MS)
    .map(({ first, last }) =>
      samples.slice(
        Math.max(0, first - LEAD_MS / WINDOW_MS) * window,
        (last + 1 + TAIL_MS / WINDOW_MS) * window,
      ),
    );
}

/** Root mean square of each window. */
function loudness(samples: Int16Array, window: number): Float64Array {
  const levels = new Float64Array(Math.ceil(samples.length / window));
  for (let i = 0; i < levels.length; i++) {
    const part = samples.subarray(i * window, (i + 1) * window);
    levels[i] = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
  }
  return levels;
}
