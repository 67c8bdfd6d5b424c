import type { z } from 'zod';

/** What writes the replies: a model behind an endpoint, or the embedded responder. */
export interface LlmEngine {
  readonly name: string;
  warmUp(): Promise<void>;
  /** Streams one reply. Throws EngineError. When `signal` aborts it ends early, without an error. */
  reply(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmPart>;
  close(): Promise<void>;
}

export interface LlmMessage {
  role: 'caller' | 'bot';
  /** For the bot: what was heard. */
  text: string;
}

export interface LlmRequest {
  domain: string;
  /** The system prompt. */
  instructions: string;
  /** The dialogue so far, oldest first; ends with the caller. */
  messages: LlmMessage[];
  /** Tools that may be used inside the reply: pure functions, run by the engine. */
  tools: readonly Tool[];
}

export type LlmPart =
  | { type: 'text'; text: string }
  | { type: 'tool'; name: string; input: unknown; output: unknown }
  | { type: 'usage'; inputTokens: number; outputTokens: number };

/** A pure tool: same input, same output, no effect. Its schema becomes the model's function schema. */
export interface Tool<Input = any, Output = unknown> {
  name: string;
  description: string;
  input: z.ZodType<Input>;
  /** Throws an Error whose message can be read to a model when the input makes no sense. */
  run(input: Input): Output;
}
