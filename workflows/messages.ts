import '../config/schema-words.ts';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { z } from 'zod';
import { adapterRefSchema, type FailedAdapter } from '../call/adapter.ts';
import type { EffectOutcome, Identity, RecordingConsent } from '../call/effects.ts';
import { callSettingsPatchSchema, type CallSettings } from '../call/settings.ts';
import type { TurnEnd } from '../activities/types.ts';
import type { CallTally } from '../call/facts.ts';
import type { CallRequest } from '../call/request.ts';
import { lineReportSchema } from '../call/telephone.ts';
import type { Aside, ToolUse, Turn } from '../call/transcript.ts';
import type { Transfer } from './handover.ts';
import type { LineState } from './line.ts';

/**
 * The API of a call for external systems: every signal, update, query and search attribute of the workflow
 * `call`, whose id is `call-<session>`.
 */

/** `dialling`, `connecting`: nobody has heard the bot yet. */
export type Phase = 'dialling' | 'connecting' | 'conversation' | 'farewell' | 'ended';

/** An adapter that could not answer a turn of this call. */
export interface AdapterTrouble extends FailedAdapter {
  turn: number;
}

/** Query `state`. */
export interface CallState {
  session: string;
  domain: string;
  phase: Phase;
  adapter: string;
  /** The adapter that last failed in this call, which was rolled back. */
  adapterTrouble?: AdapterTrouble;
  settings: CallSettings;
  turns: number;
  startedAt: number;
  /** Whether the caller's identity has been checked, and how often that failed. */
  identity: Omit<Identity, 'customer'>;
  recording: RecordingConsent;
  endReason?: string;
  /** What is known of the telephone call, where it is one. */
  line: LineState;
  /** Set once the caller goes to a person. */
  transfer?: Transfer;
  /** Payloads of signals that were ignored because they were wrong. */
  rejectedSignals: number;
}

/** Query `transcript`. */
export interface CallTranscript {
  turns: Turn[];
  asides: Aside[];
  /** Older turns that only the analytics rows still hold. */
  omitted: number;
}

/** What the workflow returns. */
export interface CallSummary {
  session: string;
  reason: string;
  turns: number;
  durationMs: number;
  transfer?: Transfer;
}

/** Not only spaces; the pattern says so to whoever reads the schema elsewhere. */
const words = (longest: number) => z.string().trim().min(1).max(longest).regex(/\S/);

export const sayPayload = z.object({ text: words(1_000) }).strict();
export const configurePayload = callSettingsPatchSchema;
export const useAdapterPayload = z.object({ adapter: adapterRefSchema }).strict();
export const endPayload = z.object({ reason: words(200).default('ended from outside') }).strict();

/** Queries: the call as it is now, and what was said. */
export const stateQuery = defineQuery<CallState>('state');
export const transcriptQuery = defineQuery<CallTranscript>('transcript');

/** Say something to the caller, after what is being said now. */
export const saySignal = defineSignal<[z.input<typeof sayPayload>]>('say');
/** The same; returns the utterance's name once it is under way, rejects a wrong payload. */
export const sayUpdate = defineUpdate<{ utterance: string }, [z.input<typeof sayPayload>]>('say');

/** Change settings of the live call; they hold from the next turn that is armed. */
export const configureSignal = defineSignal<[z.input<typeof configurePayload>]>('configure');
export const configureUpdate = defineUpdate<CallSettings, [z.input<typeof configurePayload>]>('configure');

/**
 * Answer with another adapter, or with `default`, from the next turn on that the caller begins. Ignored, and counted,
 * where it is not loaded.
 */
export const useAdapterSignal = defineSignal<[z.input<typeof useAdapterPayload>]>('useAdapter');
/** The same; returns which version answers from now on, rejects an adapter that is not loaded. */
export const useAdapterUpdate = defineUpdate<{ adapter: string }, [z.input<typeof useAdapterPayload>]>(
  'useAdapter',
);

/** Say goodbye and end the call. */
export const endSignal = defineSignal<[z.input<typeof endPayload>]>('end');
export const endUpdate = defineUpdate<{ phase: Phase }, [z.input<typeof endPayload>]>('end');

export const stagesLostPayload = z.object({ activityIds: z.array(z.string().max(200)).max(100) }).strict();
/** From the orchestrator, when a worker died: these activities of its are started anew, at once. */
export const stagesLostSignal = defineSignal<[z.input<typeof stagesLostPayload>]>('stagesLost');

/** Characters of a tool's input as JSON. */
const LONGEST_TOOL_INPUT = 8_000;

export const useToolPayload = z
  .object({
    turn: z.number().int().positive(),
    tool: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a tool is a lower-case word, like account_balance'),
    /** Counts the uses of this tool in the turn, from 1. */
    nth: z.number().int().min(1).max(20),
    input: z
      .unknown()
      .refine((input) => (JSON.stringify(input) ?? '').length <= LONGEST_TOOL_INPUT, 'is too long')
      .optional(),
  })
  .strict();
/**
 * From `reply`: have a tool with an effect done. What came of it is told in the call's stream (`tool.done`); to who asks
 * again, what came of it the first time.
 */
export const useToolSignal = defineSignal<[z.input<typeof useToolPayload>]>('useTool');
/** The same, as llm workers and workflows of the first release have it; returns what came of it. */
export const useToolUpdate = defineUpdate<EffectOutcome, [z.input<typeof useToolPayload>]>('useTool');

/** From the gateway: news of the call's telephone line, from Twilio's webhooks. */
export const linePayload = lineReportSchema;
export const lineSignal = defineSignal<[z.input<typeof linePayload>]>('line');

/** Search attributes: what the Web UI lists and filters calls by. */
export const searchAttributes = {
  domain: defineSearchAttributeKey('OrkestraDomain', 'KEYWORD'),
  phase: defineSearchAttributeKey('OrkestraPhase', 'KEYWORD'),
  adapter: defineSearchAttributeKey('OrkestraAdapter', 'KEYWORD'),
  turns: defineSearchAttributeKey('OrkestraTurns', 'INT'),
};

/** The workflow's one argument. `carried` is set by continue-as-new alone. */
export interface CallInput {
  request: CallRequest;
  taskQueuePrefix: string;
  /** The bot calls the caller, at `request.phone`. */
  dial?: boolean;
  /** Other systems hear that it has begun; absent in calls of the first release. */
  announced?: boolean;
  carried?: CarriedState;
}

/** A tool with an effect that was used in a turn which is still being answered. */
export interface NotedUse {
  turn: number;
  use: ToolUse;
  /** Its `useToolId`; absent where the first release noted it. */
  id?: string;
}

/** All that a call takes along into its next run. */
export interface CarriedState {
  startedAt: number;
  settings: CallSettings;
  adapter: string;
  adapterBefore?: string;
  adapterNth?: number;
  adapterAsks?: number;
  adapterTrouble?: AdapterTrouble;
  turn: number;
  arming: number;
  says: number;
  idlePrompts: number;
  place: TurnEnd;
  turns: Turn[];
  asides: Aside[];
  omitted: number;
  rejectedSignals: number;
  line: LineState;
  transfer?: Transfer;
  identity: Identity;
  recording: RecordingConsent;
  /** Absent in calls that began under an earlier release. */
  tally?: CallTally;
  toolUses: NotedUse[];
}
