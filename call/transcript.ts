/** Where an answer came from. */
export type AnswerSource = 'model' | 'cache' | 'apology';

/** Times of one turn, in ms since the Unix epoch, each as the process that saw it read its clock. */
export interface TurnTimes {
  /** The caller's first speech frame. */
  speechStartedAt: number;
  /** The caller's last speech frame, as the voice detector places it. */
  speechEndedAt: number;
  /** The final transcript. */
  finalAt: number;
  /** The first sentence of the reply was written. */
  firstSentenceAt?: number;
  /** The first audio of the reply left for the caller. */
  firstAudioAt?: number;
  /** The caller had heard the last of the reply, or cut it. */
  endedAt?: number;
  /** From the caller's last speech frame to the first audio of the reply, both on the gateway's clock, ms. */
  voiceToVoiceMs?: number;
}

/** A tool that a reply used, with what went in and what came out, as JSON. */
export interface ToolUse {
  name: string;
  input: unknown;
  output: unknown;
}

/** One turn as the workflow remembers it: what the caller said and what they heard for an answer. */
export interface Turn {
  turn: number;
  caller: string;
  /** What was to be said. */
  answer: string;
  /** What the caller heard of it; shorter than `answer` after an interruption. */
  heard: string;
  interrupted: boolean;
  source: AnswerSource;
  /** The adapter that answered. */
  adapter: string;
  engine: string;
  tools: ToolUse[];
  times: TurnTimes;
}

/** Something that the bot said outside a turn: the greeting, a prompt after silence, words from outside. */
export interface Aside {
  utterance: string;
  /** The turn it came before. */
  beforeTurn: number;
  text: string;
  heard: string;
  interrupted: boolean;
}
