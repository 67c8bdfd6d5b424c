import { WebSocket } from 'ws';
import type { Config } from '../../config/schema.ts';
import { EngineError } from '../error.ts';
import { DeepgramStream, NAME, RATE } from './deepgram-stream.ts';
import type { SttEngine, SttOptions } from './engine.ts';

/** A caller's first words wait for the connection, ms. */
const CONNECT_MS = 3_000;
/** A transcript takes some 200 ms; a caller won't wait longer than this, ms. */
const FINALIZE_MS = 2_000;

/**
 * Deepgram's streaming recognition: one WebSocket a turn. The socket is our own rather than the one of Deepgram's
 * SDK: that one connects anew by itself when a connection breaks, and what was said before is gone without a word;
 * and it hides the status with which a connection was refused. Throws EngineError without a key.
 */
export function createDeepgram(config: Config['deepgram'], finalizeMs = FINALIZE_MS): SttEngine {
  const { apiKey, model } = config;
  if (!apiKey) throw new EngineError(NAME, 'set DEEPGRAM_API_KEY', { retryable: false });

  const open = (options: SttOptions) => {
    const socket = new WebSocket(addressOf(config, options.language), {
      headers: { authorization: `Token ${apiKey}` },
      handshakeTimeout: CONNECT_MS,
      perMessageDeflate: false,
      // The largest message is some minutes' words.
      maxPayload: 1_000_000,
    });
    return new DeepgramStream(socket, options, finalizeMs);
  };

  return {
    name: `${NAME}/${model}`,
    async warmUp() {
      // Shows a wrong key or model before a caller meets it.
      const stream = open({ language: 'en', onPartial: () => undefined });
      stream.write(new Int16Array(RATE / 10));
      await stream.finalize().finally(() => stream.close());
    },
    open,
    async close() {},
  };
}

function addressOf({ baseUrl, model }: Config['deepgram'], language: string): URL {
  const url = new URL('v1/listen', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  url.search = new URLSearchParams({
    model,
    language,
    encoding: 'linear16',
    sample_rate: String(RATE),
    channels: '1',
    interim_results: 'true',
    punctuate: 'true',
    smart_format: 'true',
    // When a turn is over is decided elsewhere.
    endpointing: 'false',
  }).toString();
  return url;
}
