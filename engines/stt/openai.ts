import type OpenAI from 'openai';
import { writeWav } from '../../audio/wav.ts';
import type { Config } from '../../config/schema.ts';
import { connectOpenAi, type OpenAiEndpoint, requireEndpoint } from '../openai-client.ts';
import { toEngineError } from '../openai-error.ts';
import type { SttEngine } from './engine.ts';
import { PauseStream, RATE, type Transcribe } from './pause-stream.ts';
import { isSpeechless } from './speech-audio.ts';

/** A caller won't wait longer than this for an answer, ms; one more try comes from it. */
const TIMEOUT_MS = 6_000;
const TRIES = 2;

/**
 * Any endpoint that speaks OpenAI's transcription API: an utterance is sent whole, as a WAV file. Throws EngineError
 * if neither a key nor an endpoint that may want none is configured.
 */
export function createOpenAiStt(config: OpenAiEndpoint & Pick<Config['openai'], 'sttModel'>): SttEngine {
  requireEndpoint(config);
  const { sttModel: model } = config;
  let loading: Promise<{ client: OpenAI; toFile: typeof import('openai').toFile }> | undefined;
  const load = () =>
    (loading ??= Promise.all([connectOpenAi(config, TIMEOUT_MS), import('openai')]).then(
      ([client, { toFile }]) => ({ client, toFile }),
    ));

  const transcribe: Transcribe = async (samples, language, signal) => {
    if (isSpeechless(samples)) return '';
    const { client, toFile } = await load();
    const wav = writeWav({ samples, sampleRate: RATE });
    for (let attempt = 1; ; attempt++) {
      const file = await toFile(wav, 'utterance.wav', { type: 'audio/wav' });
      try {
        const { text } = await client.audio.transcriptions.create({ file, model, language }, { signal });
        return text.trim();
      } catch (error) {
        const engineError = toEngineError(error);
        if (signal.aborted || !engineError.retryable || attempt >= TRIES) throw engineError;
      }
    }
  };

  return {
    name: `openai/${model}`,
    async warmUp() {
      const { client } = await load();
      // Opens the connection, and shows a wrong key. Not every endpoint lists its models.
      await client.models.list().catch((error: unknown) => {
        if ((error as { status?: number }).status !== 404) throw toEngineError(error);
      });
    },
    open: (options) => new PauseStream(transcribe, options),
    async close() {
      loading = undefined;
    },
  };
}
