import { type MediaFormat, fromSamples } from '../../audio/format.ts';
import { Resampler } from '../../audio/resample.ts';
import type { TtsEngine, TtsRequest } from '../../engines/tts/engine.ts';

/** Yields speech in the format of the caller's socket, piece by piece as the engine makes it. */
export async function* speechIn(
  format: MediaFormat,
  engine: TtsEngine,
  request: TtsRequest,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const resampler = new Resampler(engine.sampleRate, format.sampleRate);
  for await (const samples of engine.synthesize(request, signal)) {
    yield fromSamples(format, resampler.process(samples));
  }
  yield fromSamples(format, resampler.flush());
}

/** Texts kept ready: a domain's few prompts in each format, so some hundred at the most. */
const LIMIT = 200;

/** Speech that is made once and used in every call: greetings and other prompts. */
export class PreparedSpeech {
  private readonly ready = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly engine: TtsEngine) {}

  get(format: MediaFormat, request: TtsRequest): Promise<Uint8Array> {
    const key = JSON.stringify([format, request]);
    const found = this.ready.get(key);
    if (found) return found;
    const made = this.make(format, request);
    made.catch(() => this.ready.delete(key));
    this.ready.set(key, made);
    if (this.ready.size > LIMIT) this.ready.delete(this.ready.keys().next().value!);
    return made;
  }

  private async make(format: MediaFormat, request: TtsRequest): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of speechIn(format, this.engine, request, new AbortController().signal)) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}
