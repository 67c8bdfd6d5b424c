import type { EffectOutcome } from '../call/effects.ts';
import type { Tool, ToolSpec } from '../engines/llm/engine.ts';
import type { EndpointingHints } from './endpointing.ts';

/** What the bot knows and may do in one line of business. A domain is a folder that exports one of these. */
export interface Domain {
  name: string;
  /** The first words of a call; they say that it is recorded. */
  greeting: string;
  /** Said when the caller is silent; `{n}`th prompt, the last one is repeated. */
  idlePrompts: string[];
  /** Said before the bot hangs up. */
  farewell: string;
  /** Said when no answer could be had in time. */
  apology: string;
  /** Left on an answering machine that took a call of ours; holds nothing that only the caller may know. */
  voicemail: string;
  /** The system prompt of a model. Its hash is the prompt's version. */
  instructions: string;
  /** Pure: they run inside the reply. */
  tools: readonly Tool[];
  /** With an effect, or with a look-up: each use is an activity of its own, done once. */
  effects: readonly EffectTool[];
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
  /** How its callers' turns end. */
  endpointing?: EndpointingHints;
  /** What its callers name to cut the bot short, however briefly: "my balance", "a new card". */
  cutsIn?: RegExp;
  /**
   * The intent of a turn that answers a question of the bot's own, whatever its words alone would mean: "the third
   * of May" after "when were you born?". `dialogue` ends with that turn; the turns before have gone through this.
   */
  awaited?(dialogue: CallerTurn[]): string | undefined;
  /** Puts the fictional records of a demonstration in place, where they are missing; never in production. */
  seedDemo?(query: Query): Promise<void>;
}

/** A tool with an effect. */
export interface EffectTool<Input = any> extends ToolSpec<Input> {
  /** Refused until the caller's identity has been checked. */
  requires?: 'identity';
  /** Is that check: refused once it has failed too often. */
  checksIdentity?: true;
  /** What the transcript keeps of an input that it must not keep whole. */
  conceal?(input: Input): unknown;
  /**
   * Does it. Whatever `query` changes holds together with the note that it was done, or not at all, so it is done
   * once however often a worker dies. Throws Refusal where the domain's rules are against it.
   */
  run(input: Input, context: EffectContext): Promise<Effected>;
}

export interface EffectContext {
  session: string;
  /** The same for every attempt at this use of the tool, and for no other use. */
  key: string;
  /** The customer whose identity has been checked. */
  customer?: string;
  /** The caller can be put through to a person. */
  canTransfer: boolean;
  query: Query;
}

/** Runs one SQL statement with `$1`, `$2`, … and returns its rows. */
export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

export interface Effected {
  /** JSON, for the engine and the transcript. */
  output: unknown;
  /** What an identity check found. */
  identity?: { customer: string } | 'mismatch';
  /** The caller does not want to be recorded. */
  recording?: 'refused';
}

/** What the domain's rules are against; the message can be read to a model. */
export class Refusal extends Error {
  override name = 'Refusal';
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
  answer(dialogue: CallerTurn[], use: UseTool, effect: UseEffect): IntentAnswer | Promise<IntentAnswer>;
}

/** What a caller said in one turn, and the names of the intents that fitted, in the order said. */
export interface CallerTurn {
  text: string;
  intents: string[];
}

/** Runs one of the domain's tools by name and notes that it was used. Throws where the input makes no sense. */
export type UseTool = (name: string, input: unknown) => unknown;

/** Has one of the domain's tools with an effect done, see `Effects`. Never rejects. */
export type UseEffect = (name: string, input: unknown) => Promise<EffectOutcome>;

export interface IntentAnswer {
  text: string;
  /** The caller is done; the responder then uses the tool `end_call`. */
  endsCall?: boolean;
}

/** The tool whose use, by model or responder, means: say this, then hang up. */
export const END_CALL = 'end_call';
