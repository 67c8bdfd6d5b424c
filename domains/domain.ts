import type { Tool } from '../engines/llm/engine.ts';

/** What the bot knows and may do in one line of business. A domain is a folder that exports one of these. */
export interface Domain {
  name: string;
  /** The first words of a call. */
  greeting: string;
  /** Said when the caller is silent; `{n}`th prompt, the last one is repeated. */
  idlePrompts: string[];
  /** Said before the bot hangs up. */
  farewell: string;
  /** Said when no answer could be had in time. */
  apology: string;
  /** The system prompt of a model. Its hash is the prompt's version. */
  instructions: string;
  tools: readonly Tool[];
  /** What the embedded responder answers without a model. */
  intents: readonly Intent[];
  /** The responder's words when no intent fits. */
  fallback: string;
}

/** A kind of question, known by examples, answered by a template. */
export interface Intent {
  name: string;
  /** Ways to say it; closeness to the nearest one decides. */
  examples: string[];
  /** The answer. `dialogue` is what the caller said so far, oldest first, this turn last. */
  answer(dialogue: string[], use: UseTool): IntentAnswer;
}

/** Runs one of the domain's tools by name and notes that it was used. */
export type UseTool = (name: string, input: unknown) => unknown;

export interface IntentAnswer {
  text: string;
  /** The caller is done; the responder then uses the tool `end_call`. */
  endsCall?: boolean;
}

/** The tool whose use, by model or responder, means: say this, then hang up. */
export const END_CALL = 'end_call';
