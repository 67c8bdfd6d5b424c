import type OpenAI from 'openai';
import { z } from 'zod';
import type { LlmPart, Tool } from './engine.ts';

/** Calls in one round; the model is told that the others were not made. */
const MOST_CALLS = 8;
/** Characters of arguments, and of a result. */
const LONGEST_JSON = 8_000;

/** The tools as the endpoint wants them described. */
export function describeTools(tools: readonly Tool[]): OpenAI.ChatCompletionFunctionTool[] {
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

  /** Makes the calls; a wrong one is an answer to the model, not an error. */
  run(tools: readonly Tool[]): { answer: OpenAI.ChatCompletionToolMessageParam; part?: LlmPart }[] {
    return this.calls.map(({ id, name, json }, index) => {
      const answer = (content: string) => ({ role: 'tool' as const, tool_call_id: id, content });
      if (index >= MOST_CALLS) return { answer: answer(`error: at most ${MOST_CALLS} calls at once`) };
      try {
        const { input, output } = runTool(tools, name, json);
        const result = JSON.stringify(output ?? null).slice(0, LONGEST_JSON);
        return { answer: answer(result), part: { type: 'tool', name, input, output } };
      } catch (error) {
        return { answer: answer(`error: ${(error as Error).message}`) };
      }
    });
  }
}

function runTool(tools: readonly Tool[], name: string, json: string) {
  const tool = tools.find((tool) => tool.name === name);
  if (!tool) throw new Error(`there is no tool ${name}`);
  const parsed = tool.input.safeParse(parseArguments(json));
  if (!parsed.success) throw new Error(`wrong arguments: ${z.prettifyError(parsed.error)}`);
  return { input: parsed.data, output: tool.run(parsed.data) };
}

function parseArguments(json: string): unknown {
  if (json.length > LONGEST_JSON) throw new Error('the arguments are too long');
  try {
    return JSON.parse(json || '{}');
  } catch {
    throw new Error('the arguments are not JSON');
  }
}
