import type { z } from 'zod';
import type { Decoding, LoraAdapter } from '../../call/adapter.ts';
import type { EffectOutcome } from '../../call/effects.ts';

/** What writes the replies: a model behind an endpoint, or the embedded responder. */
export interface LlmEngine {
  readonly name: string;
  /** Its words are templates: neither instructions nor decoding change them. */
  readonly byTemplate?: true;
  /** Absent where the engine has no weights to adapt. */
  readonly adapters?: AdapterHost;
  warmUp(): Promise<void>;
  /** Streams one reply. Throws EngineError. When `signal` aborts it ends early, without an error. */
  reply(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmPart>;
  close(): Promise<void>;
}

/** What an adapter asks of an engine; its words are in the instructions already. */
export interface ModelAdapter {
  /** Names weights that the engine has loaded; absent where it has none of its own. */
  weights?: string;
  decoding: Decoding;
}

/** An engine that can load LoRA weights while it runs. */
export interface AdapterHost {
  /** Which adapters it takes: those whose `engine` is this. */
  readonly kind: LoraAdapter['engine'];
  /** Makes them ready under the adapter's ref; loading again changes nothing. Throws EngineError. */
  load(adapter: LoraAdapter): Promise<void>;
  unload(ref: string): Promise<void>;
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
  /** The variant of the model that is to write; absent: the model as it is. */
  adapter?: ModelAdapter;
  /** Tools that may be used inside the reply: pure functions, run by the engine. */
  tools: readonly Tool[];
  /** Tools with an effect outside the reply; absent where there are none. */
  effects?: Effects;
}

export type LlmPart =
  | { type: 'text'; text: string }
  | { type: 'tool'; name: string; input: unknown; output: unknown }
  /** Who writes what follows, where it is not the engine that was asked. */
  | { type: 'engine'; name: string }
  | { type: 'usage'; inputTokens: number; outputTokens: number };

/** What a model is told of a tool: the schema of its input becomes the function's schema. */
export interface ToolSpec<Input = any> {
  name: string;
  description: string;
  input: z.ZodType<Input>;
}

/** Tools that look up or change something; each use is an activity of its own. */
export interface Effects {
  tools: readonly ToolSpec[];
  /**
   * Has a tool's effect done, once however often the reply is written anew. Waits until the caller's words are
   * final: what is prepared in a pause changes nothing. Never rejects: what was not done is an outcome too.
   */
  use(name: string, input: unknown): Promise<EffectOutcome>;
}

/** A pure tool: same input, same output, no effect. */
export interface Tool<Input = any, Output = unknown> extends ToolSpec<Input> {
  /** Throws an Error whose message can be read to a model when the input makes no sense. */
  run(input: Input): Output;
}
