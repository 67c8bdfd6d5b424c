import { EngineError } from '../error.ts';
import { modelFiles, type ModelFolder } from '../model-files.ts';
import { loadSherpa, type OfflineTts } from '../sherpa.ts';
import { WorkQueue } from '../work-queue.ts';
import type { TtsEngine } from './engine.ts';
import { LeadCutter, toInt16 } from './lead-cutter.ts';
import { inPieces } from './in-pieces.ts';

/** Hz of the voice. */
const RATE = 22_050;
const VOICES = ['default', 'joe'];
/** One thread a piece: two pieces at once are then 30 s of speech a second on two cores; two threads each, 24. */
const THREADS = 1;
const PIECES_AT_ONCE = 2;
/** Speech that is not needed yet is made on one core at a time: a caller who waits finds the other one free. */
const KEPT_FOR_URGENT = 1;
/** Some 10 s of work. A sentence has one piece in here at a time. */
const MOST_WAITING = 100;

/** Piper with the voice en_US-joe-medium, by sherpa-onnx. Throws EngineError if its model is missing. */
export function createPiper(folder: ModelFolder): TtsEngine {
  const name = 'piper';
  const files = modelFiles(name, folder, 'piper-joe', ['voice.onnx', 'tokens.txt', 'espeak-ng-data']);
  const queue = new WorkQueue(name, {
    concurrency: PIECES_AT_ONCE,
    keptForUrgent: KEPT_FOR_URGENT,
    limit: MOST_WAITING,
  });
  let loading: Promise<OfflineTts> | undefined;

  const load = () =>
    (loading ??= loadSherpa().OfflineTts.createAsync({
      model: {
        vits: { model: files['voice.onnx'], tokens: files['tokens.txt'], dataDir: files['espeak-ng-data'] },
        numThreads: THREADS,
        provider: 'cpu',
      },
      maxNumSentences: 1,
    }));

  async function generate(text: string, speed: number): Promise<Int16Array> {
    try {
      const voice = await load();
      const { samples } = await voice.generateAsync({ text, speed, sid: 0, enableExternalBuffer: false });
      return new LeadCutter(RATE).cut(toInt16(samples));
    } catch (cause) {
      throw new EngineError(name, `synthesis failed: ${(cause as Error).message}`, {
        retryable: true,
        cause,
      });
    }
  }

  return {
    name,
    sampleRate: RATE,
    voices: VOICES,
    async warmUp() {
      await generate('Hello.', 1);
    },
    async *synthesize(request, signal) {
      const { voice, speed } = request;
      if (!VOICES.includes(voice)) {
        const message = `has no voice "${voice}"; there are ${VOICES.join(' and ')}`;
        throw new EngineError(name, message, { retryable: false });
      }
      yield* inPieces(request, queue, { rate: RATE, generate: (piece) => generate(piece, speed) }, signal);
    },
    async close() {
      loading = undefined;
    },
  };
}
