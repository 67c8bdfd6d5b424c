import { z } from 'zod';
import type { ToolUse } from './transcript.ts';

/** Who the caller has been shown to be; the workflow keeps it. */
export interface Identity {
  state: 'unknown' | 'verified';
  /** The customer, once verified. */
  customer?: string;
  /** Checks that failed in this call. */
  failures: number;
}

/** After so many failed checks a call tries no further one. */
export const mostIdentityFailures = 3;

/** Whether the caller was told that the call is recorded, or has objected. */
export type RecordingConsent = 'undisclosed' | 'disclosed' | 'refused';

/** What became of a tool with an effect. `message` can be read to a model. */
export type EffectOutcome = { done: true; output: unknown } | { done: false; why: NotDone; message: string };

export type NotDone =
  /** The caller's identity has to be checked first. */
  | 'identity'
  /** The check failed too often in this call. */
  | 'locked'
  /** There is no such tool, or its input is wrong. */
  | 'input'
  /** The domain's own rules: the message says which. */
  | 'refused'
  /** What it needs could not be reached in time; it may have been done all the same. */
  | 'unavailable';

/** The same, as it is read from a call's stream. */
export const effectOutcomeSchema = z.discriminatedUnion('done', [
  z.object({ done: z.literal(true), output: z.unknown() }),
  z.object({
    done: z.literal(false),
    why: z.enum(['identity', 'locked', 'input', 'refused', 'unavailable']),
    message: z.string(),
  }),
]) satisfies z.ZodType<EffectOutcome>;

/** What a tool comes to that nobody answered for in time. */
export const unanswered = {
  done: false,
  why: 'unavailable',
  message: 'The systems behind this could not be reached; it is not known whether it was done.',
} as const satisfies EffectOutcome;

/** Names one use of a tool in a call; `nth` counts the uses of this tool in the turn, from 1. */
export const useToolId = ({ turn, tool, nth }: { turn: number; tool: string; nth: number }) =>
  `tool-${turn}-${tool}-${nth}`;

/** The tool whose use, by model or responder, means: put the caller through to a person. */
export const TRANSFER = 'transfer_to_person';

/** What that tool tells: nobody is reached without a telephone line and a number where persons answer. */
export interface TransferResult {
  reached: boolean;
}

/** The use of that tool which puts the caller through, and why; undefined where there is none. */
export function transferIn(tools: readonly ToolUse[]): { reason: string | undefined } | undefined {
  const use = tools.find(({ name, output }) => name === TRANSFER && hasReached(output as EffectOutcome));
  if (!use) return undefined;
  const { reason } = (use.input ?? {}) as { reason?: unknown };
  return { reason: typeof reason === 'string' && reason.trim() ? reason : undefined };
}

/** Without a number where persons answer, or off the telephone, the bot says that nobody is there. */
const hasReached = (outcome: EffectOutcome) =>
  outcome.done && (outcome.output as Partial<TransferResult>).reached === true;
