import { begin } from '../begin.ts';
import { Circuit, type FallbackPolicy, warmUpBoth } from '../fallback.ts';
import type { LlmEngine, LlmPart, LlmRequest } from './engine.ts';

/**
 * Two models as one: the second writes a reply when the first fails before its first word or is slow, and all of
 * them while the first is left out (see Circuit). A reply that breaks off after its first word stays broken: the
 * caller has heard its beginning.
 */
export function withFallback(first: LlmEngine, second: LlmEngine, policy: FallbackPolicy): LlmEngine {
  const circuit = new Circuit({ first: first.name, second: second.name }, policy.report);
  const beginFirst = (request: LlmRequest, signal: AbortSignal) =>
    begin(
      first.name,
      (until, alive) => first.reply(tellingOfEffects(request, alive), until),
      signal,
      policy.slowMs,
      ({ type }) => type === 'text',
    );

  async function* replyByFirst(request: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmPart, boolean> {
    let broken = false;
    let begun = false;
    try {
      const { parts } = await beginFirst(request, signal);
      begun = true;
      yield* parts;
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      broken = true;
      if (begun) {
        circuit.failed();
        throw error;
      }
      circuit.tookOver(error);
      return false;
    } finally {
      if (begun && !broken && !signal.aborted) circuit.succeeded();
    }
  }

  async function probe(request: LlmRequest) {
    try {
      // What is only tried out changes nothing.
      const harmless = { ...request, effects: undefined };
      (await beginFirst(harmless, new AbortController().signal)).stop();
      circuit.succeeded();
    } catch {
      circuit.failed();
    }
  }

  return {
    name: first.name,
    adapters: first.adapters,
    byTemplate: first.byTemplate,
    warmUp: () => warmUpBoth(first, second, circuit),
    async *reply(request, signal) {
      if (circuit.usesFirst) {
        if (yield* replyByFirst(request, signal)) return;
      } else if (circuit.takeProbe()) void probe(request);
      yield { type: 'engine', name: second.name };
      // Weights are of one engine alone.
      const adapter = request.adapter && { ...request.adapter, weights: undefined };
      yield* second.reply({ ...request, adapter }, signal);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** A model that has an effect done is not slow: the effect waits until the caller's words are final. */
function tellingOfEffects(request: LlmRequest, alive: () => void): LlmRequest {
  const { effects } = request;
  if (!effects) return request;
  const use: typeof effects.use = (name, input) => {
    alive();
    return effects.use(name, input);
  };
  return { ...request, effects: { ...effects, use } };
}
