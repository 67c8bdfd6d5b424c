import type OpenAI from 'openai';
import type { Config } from '../../config/schema.ts';
import { connectOpenAi, type OpenAiEndpoint, requireEndpoint } from '../openai-client.ts';
import { toEngineError } from '../openai-error.ts';
import { EngineError } from '../error.ts';
import type { TtsEngine, TtsRequest } from './engine.ts';
import { LeadCutter } from './lead-cutter.ts';
import { spokenText } from './spoken-text.ts';

/** Hz of `pcm`, by OpenAI's documentation: 16 bits, little-endian, mono. */
const RATE = 24_000;
/** Until audio begins, and from piece to piece, ms. */
const TIMEOUT_MS = 8_000;
/** What OpenAI takes at once, characters: no sentence is as long. */
const LONGEST_TEXT = 4_096;

/**
 * Any endpoint that speaks OpenAI's speech API, streamed as raw audio. A voice's name other than `default` is the
 * endpoint's own. Throws EngineError if neither a key nor an endpoint that may want none is configured.
 */
export function createOpenAiTts(
  config: OpenAiEndpoint & Pick<Config['openai'], 'ttsModel' | 'ttsVoice'>,
): TtsEngine {
  requireEndpoint(config);
  const { ttsModel: model, ttsVoice } = config;
  let loading: Promise<OpenAI> | undefined;
  const load = () => (loading ??= connectOpenAi(config, TIMEOUT_MS));

  async function* synthesize({ text, voice, speed }: TtsRequest, signal: AbortSignal) {
    const input = spokenText(text).slice(0, LONGEST_TEXT);
    if (!/[\p{L}\p{N}]/u.test(input) || signal.aborted) return;
    const connection = new AbortController();
    const hangUp = () => connection.abort();
    signal.addEventListener('abort', hangUp, { once: true });
    try {
      const client = await load();
      const request = {
        model,
        input,
        voice: voice === 'default' ? ttsVoice : voice,
        speed,
        response_format: 'pcm',
      } as const;
      const { body } = await client.audio.speech.create(request, { signal: connection.signal });
      const lead = new LeadCutter(RATE);
      for await (const samples of wholeSamples(inTime(body!))) {
        const heard = lead.cut(samples);
        if (heard.length > 0) yield heard;
        // What has arrived already would be given all the same.
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!signal.aborted) throw toEngineError(error);
    } finally {
      signal.removeEventListener('abort', hangUp);
      hangUp();
    }
  }

  return {
    name: `openai/${model}`,
    sampleRate: RATE,
    voices: ['default', ttsVoice],
    async warmUp() {
      const request = { text: 'Hello.', voice: 'default', speed: 1 };
      for await (const _ of synthesize(request, new AbortController().signal));
    },
    synthesize,
    async close() {
      loading = undefined;
    },
  };
}

/** A body's pieces; throws EngineError when the next one does not come in time. */
async function* inTime(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        const error = new EngineError('openai', `the audio stopped for ${TIMEOUT_MS} ms`, {
          retryable: true,
        });
        timer = setTimeout(() => reject(error), TIMEOUT_MS);
      });
      const { done, value } = await Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Bytes, cut anywhere, as samples. */
async function* wholeSamples(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const samples = new Int16Array(bytes.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i);
    rest = bytes.subarray(2 * samples.length);
    if (samples.length > 0) yield samples;
  }
}
