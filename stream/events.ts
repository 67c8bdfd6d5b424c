import '../config/schema-words.ts';
import { z } from 'zod';
import { failedAdapterSchema } from '../call/adapter.ts';
import { effectOutcomeSchema } from '../call/effects.ts';
import { mediaFormatSchema } from '../audio/format.ts';

/**
 * Every event of a call's live stream, `orkestra:{session}:events`.
 *
 * `at` is ms since the Unix epoch. `attempt` fences: of two attempts at the same work, readers follow the
 * higher one only. `revision` names one hearing of a turn: a reply is prepared for the eager hearing,
 * and spoken only if the final one carries the same revision. Positions in the caller's audio
 * (`audioMs`) are ms since the first frame of the caller's present connection.
 */

const at = z.number();
const turn = z.number().int().positive();
const attempt = z.number().int().positive();
const revision = z.number().int().positive();
const utterance = z.string().max(64);

export const eventSchema = z.discriminatedUnion('type', [
  // From the gateway: the caller's side.
  z.object({
    type: z.literal('caller.connected'),
    at,
    connection: z.string(),
    /** The process that holds the connection, where that shows whether it is alive. */
    gateway: z.string().optional(),
    format: mediaFormatSchema,
    /** Told before, of the same connection: Redis had been emptied. */
    again: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('caller.disconnected'),
    at,
    connection: z.string(),
    /** `hangup`: the caller ended the call; `dropped`: the stream broke and may come back. */
    reason: z.enum(['hangup', 'dropped']),
  }),
  z.object({ type: z.literal('speech.started'), at, audioMs: z.number() }),
  /** `at` and `audioMs` are of the last frame that held speech, not of the moment it was known. */
  z.object({ type: z.literal('speech.stopped'), at, audioMs: z.number(), noticedAt: at }),
  z.object({ type: z.literal('caller.digit'), at, digit: z.string().regex(/^[0-9*#A-D]$/) }),
  /** The caller typed instead of speaking. */
  z.object({ type: z.literal('caller.typed'), at, text: z.string().min(1).max(2_000) }),

  /** From each `listen` as it takes its place: settings of the call that the gateway goes by, as they are by now. */
  z.object({ type: z.literal('call.configured'), at, bargeIn: z.boolean() }),
  /**
   * From the orchestrator: another adapter answers, from the first turn on that the caller begins after `acceptedAt`.
   * `nth` counts the switches of the call: of two, the later one holds.
   */
  z.object({
    type: z.literal('call.adapter'),
    at,
    nth: z.number().int().positive(),
    adapter: z.string().max(64),
    acceptedAt: at,
  }),
  /** From the orchestrator: what came of a tool with an effect that a reply asked for; `use` is its `useToolId`. */
  z.object({ type: z.literal('tool.done'), at, use: z.string().max(100), outcome: effectOutcomeSchema }),

  // From `listen`: what the caller said in a turn.
  z.object({ type: z.literal('turn.partial'), at, turn, attempt, text: z.string() }),
  z.object({ type: z.literal('turn.eager'), at, turn, attempt, revision, text: z.string() }),
  /** The caller went on: whatever was prepared for the eager hearing is void. */
  z.object({ type: z.literal('turn.resumed'), at, turn, attempt }),
  /** Carries all that `listen` returns, so that an attempt that finds it has nothing left to do. */
  z.object({
    type: z.literal('turn.final'),
    at,
    turn,
    attempt,
    revision,
    text: z.string(),
    confidence: z.number().optional(),
    speechStartedAt: at,
    speechEndedAt: at,
    /** The last event that this turn took in: what the caller did after it is the next turn's. */
    cursor: z.string().optional(),
    audioCursor: z.string(),
    engine: z.string(),
    fallback: z.boolean().optional(),
    /** When the voice detector knew of the end of speech, and when its words were recognised. */
    noticedAt: at.optional(),
    heardAt: at.optional(),
    /** Audio that the recogniser was given, ms. */
    audioMs: z.number().optional(),
    /** What the recogniser took for these words, ms. */
    engineMs: z.number().optional(),
    /** The silence that these words asked for, ms from the end of speech. */
    silenceMs: z.number().optional(),
  }),
  /**
   * What sounded like the caller was no turn: no words, or, while the bot was speaking, only a sign of listening
   * ("uh-huh") or the bot's own voice come back. The bot may go on.
   */
  z.object({
    type: z.literal('turn.ignored'),
    at,
    turn,
    attempt,
    text: z.string(),
    reason: z.enum(['noise', 'backchannel', 'echo']),
  }),

  // From `recall`: a stored answer, or none.
  z.object({
    type: z.literal('recall.hit'),
    at,
    turn,
    attempt,
    revision,
    answer: z.string(),
    similarity: z.number(),
  }),
  z.object({ type: z.literal('recall.miss'), at, turn, attempt, revision }),
  /** Another call asks the same just now: a hit or a miss follows within `waitMs`, and the model may wait for it. */
  z.object({ type: z.literal('recall.wait'), at, turn, attempt, revision, waitMs: z.number().nonnegative() }),

  // From `reply`: what is to be said, sentence by sentence.
  z.object({
    type: z.literal('reply.sentence'),
    at,
    turn,
    attempt,
    revision,
    index: z.number().int().nonnegative(),
    text: z.string(),
    /** From asking for the reply to this, ms, on its first sentence. */
    engineMs: z.number().optional(),
  }),
  z.object({
    type: z.literal('reply.done'),
    at,
    turn,
    attempt,
    revision,
    sentences: z.number().int().nonnegative(),
    source: z.enum(['model', 'cache', 'apology']),
    similarity: z.number().optional(),
    engine: z.string(),
    tools: z.array(z.object({ name: z.string(), input: z.unknown(), output: z.unknown() })),
    inputTokens: z.number(),
    outputTokens: z.number(),
    /** From the model's being asked to its first word, ms. */
    firstTokenMs: z.number().optional(),
    fallback: z.boolean().optional(),
    /** Whether `recall` may store this answer: no customer's data, no tool took part. */
    cacheable: z.boolean(),
    /** The adapter that answered, and the one that should have but could not. */
    adapter: z.string().optional(),
    failedAdapter: failedAdapterSchema.optional(),
  }),

  // From the gateway: what the caller heard.
  z.object({
    type: z.literal('playback.started'),
    at,
    utterance,
    /** Its words, as far as they are known. */
    text: z.string().optional(),
    /** From the caller's last speech frame to this; absent for what answers no speech. */
    voiceToVoiceMs: z.number().optional(),
  }),
  /** The caller made a sound: the bot is silent until it is known whether that was a turn. Or they were cut off. */
  z.object({
    type: z.literal('playback.paused'),
    at,
    utterance,
    /** How much of the utterance has been heard. */
    playedMs: z.number(),
    /** Its words so far, and those that it was saying: what an echo can repeat. */
    words: z.string(),
    /** The bot was ending a question, or had just asked one: a "yes" is an answer, not a sign of listening. */
    asking: z.boolean(),
    /** The caller's connection is gone: their next one goes on with it. Until then, what counts as heard. */
    left: z.object({ heard: z.string() }).optional(),
  }),
  /** It was no turn, or the caller is back: the bot goes on from `fromMs` of the utterance, shortly before it was paused. */
  z.object({ type: z.literal('playback.resumed'), at, utterance, fromMs: z.number() }),
  z.object({
    type: z.literal('playback.ended'),
    at,
    utterance,
    interrupted: z.boolean(),
    playedMs: z.number(),
    heard: z.string(),
    /** How the caller's audio has come in so far, where the transport tells. */
    line: z.object({ jitterMs: z.number(), loss: z.number() }).optional(),
  }),

  /** No more is to come; every armed stage lets go, the gateway closes the caller's socket. */
  z.object({ type: z.literal('call.ended'), at, reason: z.string() }),
]);

export type CallEvent = z.infer<typeof eventSchema>;
export type CallEventType = CallEvent['type'];
export type EventOf<T extends CallEventType> = Extract<CallEvent, { type: T }>;

/** An event with its place in the stream (a Redis stream id, `ms-seq`). */
export type Placed<T> = T & { id: string };

export { mediaFormatSchema, type MediaFormat } from '../audio/format.ts';

/** The utterance that answers a turn. */
export const replyUtterance = (turnNumber: number) => `reply-${turnNumber}`;

/** The turn that an utterance answers; undefined for a greeting, a prompt, or words from outside. */
export const turnOf = (utteranceName: string): number | undefined => {
  const number = /^reply-(\d+)$/.exec(utteranceName)?.[1];
  return number === undefined ? undefined : Number(number);
};
