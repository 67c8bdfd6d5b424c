import { EngineError } from '../error.ts';
import { modelFiles, type ModelFolder } from '../model-files.ts';
import { ModelThread } from '../model-thread.ts';
import { loadSherpa, type OfflineRecognizer } from '../sherpa.ts';
import { WorkQueue } from '../work-queue.ts';
import { cleanTranscript } from './clean-transcript.ts';
import type { SttEngine } from './engine.ts';
import { MoonshineStream, RATE, type Recognise } from './moonshine-stream.ts';
import type { RemarkFiles, RemarkRequest } from './remark-protocol.ts';
import { isSpeechless } from './speech-audio.ts';

/** One thread a decode: two at once then give 26 utterances a second on two cores, two threads each 18. */
const THREADS = 1;
const DECODES_AT_ONCE = 2;
/** Some 15 s of work. A stream has at most one partial and its final transcript in here. */
const MOST_WAITING = 200;
/** A second of work; whoever comes on top is judged by their words. */
const MOST_REMARKS = 40;

/** Moonshine tiny, English, by sherpa-onnx. Throws EngineError if its model is missing. */
export function createMoonshine(folder: ModelFolder): SttEngine {
  const name = 'moonshine';
  const files = modelFiles(name, folder, 'moonshine-tiny-en', [
    'encoder_model.ort',
    'decoder_model_merged.ort',
    'tokens.txt',
  ]);
  const queue = new WorkQueue(name, { concurrency: DECODES_AT_ONCE, keptForUrgent: 1, limit: MOST_WAITING });
  let loading: Promise<OfflineRecognizer> | undefined;

  const load = () =>
    (loading ??= loadSherpa().OfflineRecognizer.createAsync({
      featConfig: { sampleRate: RATE, featureDim: 80 },
      modelConfig: {
        moonshine: { encoder: files['encoder_model.ort'], mergedDecoder: files['decoder_model_merged.ort'] },
        tokens: files['tokens.txt'],
        numThreads: THREADS,
        provider: 'cpu',
      },
    }));

  async function decode(samples: Int16Array): Promise<string> {
    try {
      const recognizer = await load();
      const stream = recognizer.createStream();
      stream.acceptWaveform({ sampleRate: RATE, samples: Float32Array.from(samples, (s) => s / 32_768) });
      const { text, tokens } = await recognizer.decodeAsync(stream);
      return cleanTranscript({ text, tokens: tokens.length }, samples.length / RATE);
    } catch (cause) {
      throw new EngineError(name, `recognition failed: ${(cause as Error).message}`, {
        retryable: true,
        cause,
      });
    }
  }

  const decodeSpeech = async (samples: Int16Array) => (isSpeechless(samples) ? '' : decode(samples));
  const recognise: Recognise = ({ urgent, signal }, work) =>
    queue.run(() => work(decodeSpeech), { dueAt: urgent ? 0 : Number.POSITIVE_INFINITY, signal });

  let thread: ModelThread<RemarkRequest, number> | undefined;
  const judgeSound = (samples: Int16Array) => {
    if (!thread || thread.dead) {
      thread = new ModelThread({
        engine: name,
        work: 'judging a remark',
        code: new URL('./remark-worker', import.meta.url),
        files: { encoder: files['encoder_model.ort'] } satisfies RemarkFiles,
        limit: MOST_REMARKS,
      });
    }
    return thread.ask({ samples });
  };

  return {
    name,
    async warmUp() {
      // Noise, since silence ends the decoder before it has begun.
      const noise = Int16Array.from({ length: RATE }, (_, i) => 3_000 * Math.sin(i * i));
      await Promise.all([decode(noise), judgeSound(noise)]);
    },
    open: (options) => new MoonshineStream(recognise, options, judgeSound),
    async close() {
      loading = undefined;
      await thread?.close();
    },
  };
}
