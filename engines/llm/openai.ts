import type OpenAI from 'openai';
import { EngineError } from '../error.ts';
import { connectOpenAi, type OpenAiEndpoint, requireEndpoint } from '../openai-client.ts';
import { NAME, toEngineError } from '../openai-error.ts';
import type { LlmEngine, LlmPart, LlmRequest } from './engine.ts';
import { openAiAdapters } from './openai-adapters.ts';
import { type Limits, streamRound } from './openai-round.ts';
import { describeTools, ToolCalls } from './openai-tools.ts';

/** A caller won't wait longer than this for a voice. */
const LIMITS: Limits = { firstTokenMs: 8_000, betweenTokensMs: 5_000, retries: 2, backoffMs: 200 };
/** Rounds of tools; then the model has to answer with what it has. */
const MOST_ROUNDS = 4;
/** Two minutes of speech. */
const LONGEST_ANSWER = 2_000;

/**
 * Any endpoint that speaks OpenAI's chat completions, by the official client. Throws EngineError if neither a
 * key nor an endpoint that may want none is configured.
 */
export function createOpenAi(config: OpenAiEndpoint & { model: string }, limits: Limits = LIMITS): LlmEngine {
  requireEndpoint(config);
  let loading: Promise<OpenAI> | undefined;
  const load = () => (loading ??= connectOpenAi(config, limits.firstTokenMs));

  return {
    name: `openai/${config.model}`,
    adapters: openAiAdapters(load, config.model),
    async warmUp() {
      const client = await load();
      // Also opens the connection. Not every endpoint lists its models.
      await client.models.list().catch((error: unknown) => {
        if ((error as { status?: number }).status !== 404) throw toEngineError(error);
      });
    },
    async *reply(request, signal) {
      yield* reply(await load(), config.model, request, signal, limits);
    },
    async close() {
      loading = undefined;
    },
  };
}

async function* reply(
  client: OpenAI,
  model: string,
  request: LlmRequest,
  signal: AbortSignal,
  limits: Limits,
): AsyncGenerator<LlmPart> {
  const messages = dialogue(request);
  const specs = [...request.tools, ...(request.effects?.tools ?? [])];
  const tools = specs.length > 0 ? describeTools(specs) : undefined;
  const usage = { inputTokens: 0, outputTokens: 0 };
  let answer = '';

  for (let round = 0; round <= MOST_ROUNDS; round++) {
    const before = answer.length;
    const calls = new ToolCalls();
    let finished = false;
    const toolChoice = tools && {
      tools,
      tool_choice: round < MOST_ROUNDS ? ('auto' as const) : ('none' as const),
    };
    const body = {
      model: request.adapter?.weights ?? model,
      messages,
      ...decodingOf(request),
      stream: true,
      stream_options: { include_usage: true },
      ...toolChoice,
    } as const;
    for await (const { choices, usage: used } of streamRound(client, body, signal, limits)) {
      usage.inputTokens += used?.prompt_tokens ?? 0;
      usage.outputTokens += used?.completion_tokens ?? 0;
      const choice = choices[0];
      if (!choice) continue;
      finished ||= Boolean(choice.finish_reason);
      calls.add(choice.delta.tool_calls);
      const text = spaced(answer, before, choice.delta.content ?? '').slice(
        0,
        LONGEST_ANSWER - answer.length,
      );
      answer += text;
      if (text) yield { type: 'text', text };
      if (answer.length >= LONGEST_ANSWER) break;
    }
    if (signal.aborted) return;
    if (answer.length >= LONGEST_ANSWER) break;
    if (!finished) throw new EngineError(NAME, 'the answer broke off', { retryable: true });
    if (!calls.any) break;
    messages.push(calls.asMessage(answer.slice(before)));
    for await (const { answer, part } of calls.run(request)) {
      if (signal.aborted) return;
      messages.push(answer);
      if (part) yield part;
    }
  }
  if (answer.trim() === '') throw new EngineError(NAME, 'the answer is empty', { retryable: true });
  yield { type: 'usage', ...usage };
}

function decodingOf({ adapter }: LlmRequest) {
  const { temperature, topP: top_p, maxTokens: max_tokens } = adapter?.decoding ?? {};
  return { temperature, top_p, max_tokens };
}

/** Words after a tool's use don't run into those before it. */
const spaced = (answer: string, before: number, text: string) =>
  text && answer.length === before && /\S$/.test(answer) && /^\S/.test(text) ? ` ${text}` : text;

function dialogue({ instructions, messages }: LlmRequest): OpenAI.ChatCompletionMessageParam[] {
  const said = messages.filter(({ text }) => text !== '');
  return [
    { role: 'system', content: instructions },
    ...said.map(({ role, text }) => ({
      role: role === 'caller' ? ('user' as const) : ('assistant' as const),
      content: text,
    })),
  ];
}
