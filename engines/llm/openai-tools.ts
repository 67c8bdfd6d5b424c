import type OpenAI from 'openai';
import { z } from 'zod';
import type { LlmPart, LlmRequest, ToolSpec } from './engine.ts';

/** Calls in one round; the model is told that the others were not made. */
const MOST_CALLS = 8;
/** Characters of arguments, and of a result. */
const LONGEST_JSON = 8_000;

/** The tools as the endpoint wants them described. */
export function describeTools(tools: readonly ToolSpec[]): OpenAI.ChatCompletionFunctionTool[] {
  return tools.map(({ name, description, input }) => {
    const { $schema: _, ...parameters } = z.toJSONSchema(input, { io: 'input' });
    return { type: 'function', function: { name, description, parameters } };
  });
}

/** Calls of a streamed answer, put together from its pieces. */
export class ToolCalls {
  private readonly calls: { id: string; name: string; json: string }[] = [];

  get any() {
    return this.calls.length > 0;
  }

  add(pieces: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[] = []) {
    for (const { index, id, function: piece } of pieces) {
      const call = (this.calls[index] ??= { id: '', name: '', json: '' });
      call.id ||= id ?? '';
      call.name += piece?.name ?? '';
      if (call.json.length <= LONGEST_JSON) call.json += piece?.arguments ?? '';
    }
  }

  /** The calls as the dialogue has to hold them. */
  asMessage(content: string): OpenAI.ChatCompletionAssistantMessageParam {
    return {
      role: 'assistant',
      content: content || null,
      tool_calls: this.calls.map(({ id, name, json }) => ({
        id,
        type: 'function',
        function: { name, arguments: json },
      })),
    };
  }

  /** Makes the calls, one after the other; a wrong one is an answer to the model, not an error. */
  async *run(request: Pick<LlmRequest, 'tools' | 'effects'>): AsyncGenerator<CallAnswer> {
    for (const [index, { id, name, json }] of this.calls.entries()) {
      const answer = (content: string) => ({ role: 'tool' as const, tool_call_id: id, content });
      if (index >= MOST_CALLS) {
        yield { answer: answer(`error: at most ${MOST_CALLS} calls at once`) };
        continue;
      }
      try {
        const { output, part } = await runTool(request, name, json);
        yield { answer: answer(JSON.stringify(output ?? null).slice(0, LONGEST_JSON)), part };
      } catch (error) {
        yield { answer: answer(`error: ${(error as Error).message}`) };
      }
    }
  }
}

interface CallAnswer {
  answer: OpenAI.ChatCompletionToolMessageParam;
  /** Of a pure tool: whoever has an effect done notes it. */
  part?: LlmPart;
}

async function runTool(
  { tools, effects }: Pick<LlmRequest, 'tools' | 'effects'>,
  name: string,
  json: string,
) {
  const tool = tools.find((tool) => tool.name === name);
  if (tool) {
    const input = parseInput(tool, json);
    const output = tool.run(input);
    return { output, part: { type: 'tool' as const, name, input, output } };
  }
  const effect = effects?.tools.find((effect) => effect.name === name);
  if (!effect) throw new Error(`there is no tool ${name}`);
  const outcome = await effects!.use(name, parseInput(effect, json));
  if (!outcome.done) throw new Error(`not done: ${outcome.message}`);
  return { output: outcome.output };
}

function parseInput(tool: ToolSpec, json: string): unknown {
  const parsed = tool.input.safeParse(parseArguments(json));
  if (!parsed.success) throw new Error(`wrong arguments: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parseArguments(json: string): unknown {
  if (json.length > LONGEST_JSON) throw new Error('the arguments are too long');
  try {
    return JSON.parse(json || '{}');
  } catch {
    throw new Error('the arguments are not JSON');
  }
}
