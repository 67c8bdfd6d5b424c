import type { FollowedAside } from './live-transcript.ts';
import type { AnswerSource, ToolUse, Turn } from '../call/transcript.ts';

/** A turn as it was followed live. Times are in ms. */
export interface FollowedTurn {
  turn: number;
  caller: string;
  heard: string;
  interrupted: boolean;
  /** Whether the reply was heard, to its end or to an interruption. */
  answered: boolean;
  source?: AnswerSource;
  engine?: string;
  /** From the caller's last speech frame to the reply's first audio, at the gateway; none for a typed turn. */
  voiceToVoiceMs?: number;
  /** From the caller's last speech frame to the final transcript; none for a typed turn. */
  transcriptMs?: number;
  /** From the caller's last speech frame, or typed word, to the reply's first sentence. */
  sentenceMs?: number;
  /** Of a stored answer to the question. */
  similarity?: number;
  /** The adapter that answered, where it is not the default one. */
  adapter?: string;
  /** Names of the tools that the reply used. */
  tools?: string[];
}

/** How long the final transcript took after the caller's last word, ms; typed words have no length and no delay. */
export function transcriptDelay(
  finalAt: number,
  { speechStartedAt, speechEndedAt }: { speechStartedAt: number; speechEndedAt: number },
): number | undefined {
  return speechEndedAt > speechStartedAt ? Math.round(finalAt - speechEndedAt) : undefined;
}

/** A turn as it is remembered, as if it had been followed. */
export function asFollowed({ times, adapter, tools, ...turn }: Turn & { similarity?: number }): FollowedTurn {
  const { voiceToVoiceMs, finalAt, firstSentenceAt, speechEndedAt } = times;
  return {
    ...turn,
    answered: turn.heard !== '',
    voiceToVoiceMs,
    transcriptMs: transcriptDelay(finalAt, times),
    sentenceMs: firstSentenceAt === undefined ? undefined : firstSentenceAt - speechEndedAt,
    adapter: adapter === 'default' ? undefined : adapter,
    tools: tools.map(toolName),
  };
}

/** A tool by its name, and that it came to nothing where it did. */
export function toolName({ name, output }: ToolUse): string {
  const undone = (output as { done?: unknown } | null | undefined)?.done === false;
  return undone ? `${name} (not done)` : name;
}

/** Where a transcript is shown, as it grows; `at` is when the words began, in ms since the call did. */
export interface TranscriptView {
  caller?(at: number, words: string): void;
  bot?(at: number, heard: string, interrupted: boolean): void;
  /** The turn's reply has been heard. */
  turn(turn: FollowedTurn): void;
  /** Something that was no reply has been heard; `bot` was told of it as well. */
  aside?(aside: FollowedAside): void;
  /** A turn that goes on, at each word of it. */
  growing?(turn: GrowingTurn): void;
}

/** A turn as far as it has come. */
export interface GrowingTurn {
  turn: number;
  /** What the caller is understood to have said so far. */
  caller: string;
  /** The sentences that have been written for an answer. */
  answer: string;
}

type Print = (line: string) => void;

/** What was said, line by line, each reply with its times below it. */
export const asDialogue = (print: Print): TranscriptView => ({
  caller: (at, words) => print(`${clock(at)}  caller  ${words || '(nothing was understood)'}`),
  bot: (at, heard, interrupted) => print(`${clock(at)}  bot     ${heardWords(heard, interrupted)}`),
  turn: (turn) => print(`${' '.repeat(17)}${times(turn)}`),
});

function heardWords(heard: string, interrupted: boolean): string {
  if (!interrupted) return heard || '(said nothing)';
  return heard ? `${heard} — (interrupted)` : '(interrupted before a word was heard)';
}

/** `heard → spoken 634 ms · transcript 512 ms · responder`. */
function times(turn: FollowedTurn): string {
  const parts = [
    turn.voiceToVoiceMs !== undefined && `heard → spoken ${inMs(turn.voiceToVoiceMs)}`,
    turn.transcriptMs !== undefined && `transcript ${inMs(turn.transcriptMs)}`,
    turn.sentenceMs !== undefined && `first sentence ${inMs(turn.sentenceMs)}`,
    originOf(turn),
    ...extrasOf(turn),
  ];
  return parts.filter(Boolean).join(' · ');
}

const inMs = (ms: number | undefined) => (ms === undefined ? '' : `${Math.round(ms)} ms`);

/** Who wrote the answer: the cache (with how near the stored question was), the engine by its name, or nobody in time. */
export function originOf({ source, engine, similarity }: FollowedTurn): string | undefined {
  if (source === 'cache' && similarity !== undefined) return `cache ${similarity.toFixed(2)}`;
  return source === 'model' ? engine || 'model' : source;
}

/** What else there is to say of a turn. */
export function extrasOf({ adapter, tools = [] }: FollowedTurn): string[] {
  return [...(adapter ? [`adapter ${adapter}`] : []), ...tools];
}

/** ms → `  m:ss.t`. */
export function clock(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return `${Math.floor(tenths / 600)}:${seconds}`.padStart(7);
}
