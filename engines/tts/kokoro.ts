import { EngineError } from '../error.ts';
import { modelFiles, type ModelFolder } from '../model-files.ts';
import { ModelThread } from '../model-thread.ts';
import { WorkQueue } from '../work-queue.ts';
import type { TtsEngine } from './engine.ts';
import { type KokoroFiles, type KokoroRequest, type KokoroVoice, RATE, VOICES } from './kokoro-protocol.ts';
import { inPieces } from './in-pieces.ts';

const NAME = 'kokoro';
const DEFAULT: KokoroVoice = 'af_heart';
/** Some 30 s of work: it is for few calls at once, or for more cores. A sentence has one piece in here at a time. */
const MOST_WAITING = 20;

/**
 * Kokoro-82M, int8: a finer voice than Piper's at some ten times its cost, by onnxruntime in a thread of its own,
 * since a run blocks its thread. Throws EngineError if its model is missing.
 */
export function createKokoro(folder: ModelFolder): TtsEngine {
  const names = ['model.onnx', 'vocab.json', 'af_heart.bin', 'bm_george.bin'] as const;
  const paths = modelFiles(NAME, folder, 'kokoro', names, '`orkestra provision --with kokoro`');
  const files: KokoroFiles = {
    model: paths['model.onnx'],
    vocab: paths['vocab.json'],
    voices: { af_heart: paths['af_heart.bin'], bm_george: paths['bm_george.bin'] },
  };
  const queue = new WorkQueue(NAME, { concurrency: 1, keptForUrgent: 0, limit: MOST_WAITING });
  let thread: ModelThread<KokoroRequest, Int16Array> | undefined;
  let closed = false;

  async function generate(text: string, voice: KokoroVoice, speed: number): Promise<Int16Array> {
    if (closed) throw new EngineError(NAME, 'was closed', { retryable: false });
    if (!thread || thread.dead) {
      const code = new URL('./kokoro-worker', import.meta.url);
      thread = new ModelThread({ engine: NAME, work: 'synthesis', code, files, limit: MOST_WAITING });
    }
    return thread.ask({ text, voice, speed });
  }

  return {
    name: NAME,
    sampleRate: RATE,
    voices: ['default', ...Object.keys(VOICES)],
    async warmUp() {
      await generate('Hello.', DEFAULT, 1);
    },
    async *synthesize(request, signal) {
      const { voice, speed } = request;
      const chosen = voice === 'default' ? DEFAULT : voice;
      if (!isVoice(chosen)) {
        const known = Object.keys(VOICES).join(', ');
        const message = `has no voice "${voice}"; there are default, ${known}`;
        throw new EngineError(NAME, message, { retryable: false });
      }
      yield* inPieces(
        request,
        queue,
        { rate: RATE, generate: (piece) => generate(piece, chosen, speed) },
        signal,
      );
    },
    async close() {
      closed = true;
      await thread?.close();
    },
  };
}

const isVoice = (name: string): name is KokoroVoice => Object.hasOwn(VOICES, name);
