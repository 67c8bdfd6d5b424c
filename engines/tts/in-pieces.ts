import type { WorkQueue } from '../work-queue.ts';
import type { TtsRequest } from './engine.ts';
import { speechPieces } from './speech-pieces.ts';
import { spokenText } from './spoken-text.ts';

/** Samples of audio a second, and how a model makes them of a piece of a sentence. */
interface Maker {
  rate: number;
  generate(piece: string): Promise<Int16Array>;
}

/**
 * The audio of a sentence, piece by piece, each made when its turn in the queue comes: the first as soon as the request
 * needs it, the next ones when those before them will have been heard. Ends early when the signal aborts.
 */
export async function* inPieces(
  { text, neededInMs = 0 }: TtsRequest,
  queue: WorkQueue,
  { rate, generate }: Maker,
  signal: AbortSignal,
): AsyncGenerator<Int16Array> {
  let dueAt = performance.now() + neededInMs;
  for (const piece of speechPieces(spokenText(text))) {
    const made = queue.run(() => generate(piece), { dueAt, signal });
    const audio = await made.catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (!audio || signal.aborted) return;
    dueAt = Math.max(dueAt, performance.now()) + (1_000 * audio.length) / rate;
    if (audio.length > 0) yield audio;
  }
}
