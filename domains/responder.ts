import type { EmbeddingEngine } from '../engines/embedding/engine.ts';
import { EngineError } from '../engines/error.ts';
import type { LlmEngine, LlmPart, LlmRequest } from '../engines/llm/engine.ts';
import { type CallerTurn, type Domain, END_CALL, type IntentAnswer, type UseEffect } from './domain.ts';
import { IntentMatcher } from './intent-matcher.ts';

/** Turns of the dialogue that an answer may draw on. */
const MAX_TURNS = 20;

/**
 * Answers a domain's questions without a model: the intent by embedding, the figures by the domain's tools, the
 * words by template. It keeps nothing between replies, so any worker can answer any turn. `embedding` stays the
 * caller's to close.
 */
export function createResponder(domain: Domain, embedding: EmbeddingEngine): LlmEngine {
  const matcher = new IntentMatcher(domain, embedding);
  return {
    name: 'responder',
    byTemplate: true,
    async warmUp() {
      await matcher.learn();
    },
    async *reply(request, signal) {
      for await (const part of write(domain, matcher, request)) {
        if (signal.aborted) return;
        yield part;
      }
    },
    close: async () => undefined,
  };
}

async function* write(domain: Domain, matcher: IntentMatcher, request: LlmRequest): AsyncIterable<LlmPart> {
  const dialogue = await understand(domain, matcher, request);
  const used: LlmPart[] = [];
  const { text, endsCall } = await answer(domain, dialogue, used, effectsIn(request));
  yield* used;
  // A sentence a part: the first one can be spoken while the rest is on its way.
  for (const sentence of text.split(/(?<=[.?!])(?= )/)) yield { type: 'text', text: sentence };
  if (endsCall) yield useTool(domain, END_CALL, {});
  // Words, since no model counts tokens here.
  yield { type: 'usage', inputTokens: wordsIn(dialogue.at(-1)?.text ?? ''), outputTokens: wordsIn(text) };
}

const wordsIn = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

async function understand(
  domain: Domain,
  matcher: IntentMatcher,
  { messages }: LlmRequest,
): Promise<CallerTurn[]> {
  const said = messages.filter(({ role }) => role === 'caller').map(({ text }) => text);
  const recent = said.slice(-MAX_TURNS);
  const intents = await matcher.match(recent);
  const dialogue: CallerTurn[] = [];
  for (const [i, text] of recent.entries()) {
    dialogue.push({ text, intents: intents[i]! });
    const awaited = domain.awaited?.(dialogue);
    if (awaited !== undefined) dialogue[i] = { text, intents: [awaited] };
  }
  return dialogue;
}

const effectsIn =
  ({ effects }: LlmRequest): UseEffect =>
  async (name, input) =>
    effects?.use(name, input) ?? { done: false, why: 'unavailable', message: 'No tool may be used here.' };

/** The answers of all intents of the last turn, one after the other; tools that they use are added to `used`. */
async function answer(
  domain: Domain,
  dialogue: CallerTurn[],
  used: LlmPart[],
  effect: UseEffect,
): Promise<IntentAnswer> {
  const names = dialogue.at(-1)?.intents ?? [];
  if (names.length === 0) return { text: domain.fallback };
  const use = (name: string, input: unknown) => {
    const part = useTool(domain, name, input);
    used.push(part);
    return part.output;
  };
  try {
    const answers: IntentAnswer[] = [];
    for (const name of names) {
      answers.push(
        await domain.intents.find((intent) => intent.name === name)!.answer(dialogue, use, effect),
      );
    }
    return {
      text: [...new Set(answers.map(({ text }) => text))].join(' '),
      endsCall: answers.some(({ endsCall }) => endsCall),
    };
  } catch (cause) {
    const { message } = cause as Error;
    throw new EngineError('responder', `no answer as ${names.join(' and ')}: ${message}`, {
      retryable: false,
      cause,
    });
  }
}

function useTool(domain: Domain, name: string, input: unknown) {
  const tool = domain.tools.find((tool) => tool.name === name);
  if (!tool) throw new Error(`the domain ${domain.name} has no tool ${name}`);
  return { type: 'tool' as const, name, input, output: tool.run(tool.input.parse(input)) };
}
