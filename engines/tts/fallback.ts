import { Resampler } from '../../audio/resample.ts';
import { begin } from '../begin.ts';
import { Circuit, type FallbackPolicy, warmUpBoth } from '../fallback.ts';
import type { TtsEngine, TtsRequest } from './engine.ts';

/**
 * Two voices as one: the second says a sentence when the first fails or is slow, and all of them while the first is
 * left out (see Circuit). Where the first breaks off in a sentence, the second goes on from as far into its own.
 */
export function withFallback(first: TtsEngine, second: TtsEngine, policy: FallbackPolicy): TtsEngine {
  const circuit = new Circuit({ first: first.name, second: second.name }, policy.report);
  const { sampleRate } = first;
  const beginFirst = (request: TtsRequest, signal: AbortSignal) =>
    begin(first.name, (until) => first.synthesize(request, until), signal, policy.slowMs);

  /** Samples of the sentence that the first has said when it can't go on; undefined when it is done. */
  async function* sayByFirst(
    request: TtsRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Int16Array, number | undefined> {
    let said = 0;
    let broken = false;
    try {
      for await (const piece of (await beginFirst(request, signal)).parts) {
        said += piece.length;
        yield piece;
      }
    } catch (error) {
      broken = true;
      if (signal.aborted) return undefined;
      circuit.tookOver(error);
      return said;
    } finally {
      if (!broken && !signal.aborted) circuit.succeeded();
    }
    return undefined;
  }

  async function* sayBySecond(request: TtsRequest, from: number, signal: AbortSignal) {
    const { voice } = request;
    const known = second.voices.includes(voice) ? voice : 'default';
    const resampler = new Resampler(second.sampleRate, sampleRate);
    let skip = from;
    const rest = (samples: Int16Array) => {
      const left = samples.subarray(skip);
      skip = Math.max(0, skip - samples.length);
      return left;
    };
    for await (const piece of second.synthesize({ ...request, voice: known }, signal)) {
      const samples = rest(resampler.process(piece));
      if (samples.length > 0) yield samples;
    }
    const tail = rest(resampler.flush());
    if (tail.length > 0 && !signal.aborted) yield tail;
  }

  async function probe(request: TtsRequest) {
    try {
      (await beginFirst(request, new AbortController().signal)).stop();
      circuit.succeeded();
    } catch {
      circuit.failed();
    }
  }

  return {
    name: first.name,
    sampleRate,
    voices: first.voices,
    warmUp: () => warmUpBoth(first, second, circuit),
    async *synthesize(request, signal) {
      let said: number | undefined = 0;
      if (circuit.usesFirst) said = yield* sayByFirst(request, signal);
      else if (circuit.takeProbe()) void probe(request);
      if (said === undefined) return request.onEngine?.(first.name);
      if (said > 0) request.onEngine?.(first.name);
      request.onEngine?.(second.name);
      yield* sayBySecond(request, said, signal);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}
