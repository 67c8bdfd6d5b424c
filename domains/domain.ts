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
  /** Examples of what is none of this domain's business: the responder leaves it aside. */
  offTopic: readonly string[];
  /** Examples of talking the bot out of its rules: whatever comes with it in a turn gets the fallback. */
  manipulation: readonly string[];
  /** Words of this business that recognisers mishear, and what was meant. */
  misheard: readonly (readonly [heard: RegExp, meant: string])[];
  /** The responder's words when no intent fits. */
  fallback: string;
}

/** A kind of question, known by examples, answered by a template. */
export interface Intent {
  name: string;
  /** Ways to say it, in any figures: amounts and spans of time are all the same to the responder. */
  examples: string[];
  /** Gives way to a full question in the same turn: a greeting, thanks, a bare "over three years". */
  minor?: true;
  /** Said last, it counts even after something that is none of our business: a goodbye. */
  closing?: true;
  /** The answer. `dialogue` is what the caller said so far, oldest first, this turn last. */
  answer(dialogue: CallerTurn[], use: UseTool): IntentAnswer;
}

/** What a caller said in one turn, and the names of the intents that fitted, in the order said. */
export interface CallerTurn {
  text: string;
  intents: string[];
}

/** Runs one of the domain's tools by name and notes that it was used. Throws where the input makes no sense. */
export type UseTool = (name: string, input: unknown) => unknown;

export interface IntentAnswer {
  text: string;
  /** The caller is done; the responder then uses the tool `end_call`. */
  endsCall?: boolean;
}

/** The tool whose use, by model or responder, means: say this, then hang up. */
export const END_CALL = 'end_call';
