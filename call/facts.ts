import type { AnswerSource, Turn } from './transcript.ts';

/** The stages that every turn goes through, by the names of their activities. */
export type StageName = 'listen' | 'reply' | 'speak';

/** What is known of a turn beside what was said: for its analytics row, and not kept by the call. Times in ms. */
export interface TurnFacts {
  /** Of the transcript, 0–1, where the recogniser tells. */
  confidence?: number;
  /** Of the stored answer's question, where the answer was a stored one. */
  similarity?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** What heard and what spoke; who answered is in the turn itself. */
  recogniser?: string;
  voice?: string;
  /** Stages that an engine did that was not the first choice. */
  fallbacks: StageName[];
  /** How often a stage was started, where that was more than once. */
  attempts: Partial<Record<StageName, number>>;
  /** The voice detector knew that the caller had stopped, and their last words were recognised, since the epoch. */
  noticedAt?: number;
  heardAt?: number;
  /** From the model's being asked to its first word. */
  firstTokenMs?: number;
  /** From the first sentence's being asked for to its first audio, where it had to be made. */
  firstVoiceMs?: number;
  /** Audio that the recogniser was given, and that was played of the reply. */
  audioMs?: number;
  playedMs?: number;
  /** Characters that the voice was asked to speak. */
  characters?: number;
  /** No stage could do it: the caller heard an apology. */
  failed?: true;
}

/** How a caller's audio came in, where the transport tells. */
export interface LineQuality {
  jitterMs: number;
  /** The share of it that was lost, or came too late to be played. */
  loss: number;
}

/** What a call adds up, for its row. */
export interface CallTally {
  /** When the caller first heard the bot, ms since the Unix epoch. */
  answeredAt?: number;
  /** Times that the caller was asked whether they are still there. */
  idlePrompts: number;
  /** How long the caller has spoken, and the bot, ms. */
  callerMs: number;
  botMs: number;
  /** Characters of words from outside that were spoken, by voice. */
  said: Record<string, number>;
  /** How the last turns were answered, newest last. */
  lately: { source: AnswerSource; answer: string }[];
  /** The adapters and engines of its turns. */
  adapters: string[];
  engines: string[];
  /** As it was last told. */
  line?: LineQuality;
}

/** A call is resolved only where so many turns at its end were answered. */
const turnsThatResolve = 2;

export const emptyTally = (): CallTally => ({
  idlePrompts: 0,
  callerMs: 0,
  botMs: 0,
  said: {},
  lately: [],
  adapters: [],
  engines: [],
});

/** Adds a turn that is over to what the call adds up. */
export function tallyTurn(tally: CallTally, turn: Turn, { playedMs = 0, recogniser, voice }: TurnFacts) {
  const { times, source, answer } = turn;
  tally.lately = [...tally.lately, { source, answer }].slice(-turnsThatResolve);
  tally.callerMs += Math.max(0, times.speechEndedAt - times.speechStartedAt);
  tally.botMs += playedMs;
  tally.adapters = [...new Set([...tally.adapters, turn.adapter])];
  tally.engines = [...new Set([...tally.engines, turn.engine, recogniser ?? '', voice ?? ''])].filter(
    Boolean,
  );
}
