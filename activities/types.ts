import type { FailedAdapter } from '../call/adapter.ts';
import type { EffectOutcome, Identity, RecordingConsent } from '../call/effects.ts';
import type { CallSettings } from '../call/settings.ts';
import type { LineStatus } from '../call/telephone.ts';
import type { WebhookEvent } from '../call/webhook-event.ts';
import type { LineQuality, TurnFacts } from '../call/facts.ts';
import type { AnswerSource, ToolUse, Turn, TurnTimes } from '../call/transcript.ts';
import type { FinishedCall } from '../store/call-row.ts';

/**
 * What goes into and comes out of each activity: the durable facts of a stage, never audio or tokens.
 * Workflows import these types alone.
 */

/** How a stage was started. */
export interface Arming {
  /** Counts all starts of stages in the call, from 1; with Temporal's attempt it makes the fencing number. */
  arming: number;
  /** The stage may have begun before, on a worker that is gone: the stream may hold what was done. */
  again: boolean;
}

/** How often Temporal started an activity until it had this result, where that was more than once. */
export interface Attempted {
  attempts?: number;
}

/** What every stage of an armed turn needs to find its place in the call's stream. */
export interface Armed extends Arming {
  session: string;
  turn: number;
  /** Place in the event stream where the turn begins: the end of the one before, `0` at the start. */
  cursor: string;
  settings: CallSettings;
}

export interface ListenInput extends Armed {
  domain: string;
  /** Place in the caller's audio stream where the turn begins. */
  audioCursor: string;
  /** Whether the caller's socket was open at `cursor`. */
  connected: boolean;
}

/** Where the next turn begins. */
export interface TurnEnd {
  cursor: string;
  audioCursor: string;
  connected: boolean;
}

export type ListenResult = Attempted & Heard;

type Heard =
  | (TurnEnd & {
      kind: 'said';
      text: string;
      confidence?: number;
      revision: number;
      speechStartedAt: number;
      speechEndedAt: number;
      finalAt: number;
      engine: string;
      /** The engine is not the one that was asked first. */
      fallback?: boolean;
      /** The voice detector knew of the end of speech; its words were recognised; ms since the Unix epoch. */
      noticedAt?: number;
      heardAt?: number;
      /** Audio that the recogniser was given, ms. */
      audioMs?: number;
    })
  /** Nobody spoke for `idlePromptMs`. */
  | (TurnEnd & { kind: 'silent' })
  /** The caller hung up, did not connect in time, or did not come back; or the call was ended. */
  | { kind: 'gone'; reason: string; lastWords: string };

/** The adapter that a turn was armed with; what the stream tells of a later switch counts more. */
export interface ArmedAdapter {
  adapter: string;
  /** The switch that it came by; 0, the call's beginning, where that is missing. */
  adapterNth?: number;
}

export interface RecallInput extends Armed, ArmedAdapter {
  /** Absent in calls from before there were tenants. */
  tenant?: string;
  domain: string;
}

export type RecallResult = Attempted & Recalled;

type Recalled =
  | { kind: 'hit'; similarity: number }
  | { kind: 'miss'; stored: boolean }
  /** The turn ended without a word. */
  | { kind: 'unused' };

export interface ReplyInput extends Armed, ArmedAdapter {
  domain: string;
  /** Whether the workflow takes the signal `useTool`; that of the first release knows the update alone. */
  toolsBySignal?: boolean;
}

export type ReplyResult = Attempted & Replied;

type Replied =
  | {
      kind: 'answered';
      text: string;
      source: AnswerSource;
      similarity?: number;
      engine: string;
      tools: ToolUse[];
      inputTokens: number;
      outputTokens: number;
      firstSentenceAt: number;
      /** From the model's being asked to its first word, ms. */
      firstTokenMs?: number;
      /** The engine is not the one that was asked first. */
      fallback?: boolean;
      /** The caller is done: say goodbye and hang up. */
      endsCall: boolean;
      /** The adapter that answered, and the one that should have but could not. */
      adapter?: string;
      failedAdapter?: FailedAdapter;
    }
  | { kind: 'unused' };

/** The domain's own words for an occasion. */
export type Prompt = 'greeting' | 'idle' | 'farewell' | 'apology' | 'voicemail';

/** The reply of a turn, a prompt of the domain (the `nth` of its kind), or words from outside. */
export type SpeechSource = { turn: number } | { prompt: Prompt; nth: number } | { text: string };

export interface SpeakInput extends Arming {
  session: string;
  domain: string;
  /** `reply-3`, `greeting`, `say-2`, …: unique in the call. */
  utterance: string;
  cursor: string;
  settings: CallSettings;
  source: SpeechSource;
}

export type SpeakResult = Attempted & Spoken;

type Spoken =
  | {
      kind: 'spoken';
      /** What was to be said. */
      text: string;
      heard: string;
      interrupted: boolean;
      playedMs: number;
      firstAudioAt: number;
      /** When the caller had heard the last of it. */
      endedAt?: number;
      voiceToVoiceMs?: number;
      engine: string;
      /** The engine is not the one that was asked first. */
      fallback?: boolean;
      /** From the first sentence's being asked for to its first audio, ms. */
      firstVoiceMs?: number;
      /** Characters that the engine was asked to speak. */
      characters?: number;
      /** How the caller's audio has come in so far, where the transport tells. */
      line?: LineQuality;
    }
  /** Nothing of it was played: no reply came, or the caller left before. */
  | { kind: 'unheard' };

export interface RecordTurnInput {
  session: string;
  domain: string;
  turn: Turn;
  /** Whether what is said may be kept as audio; calls of earlier releases don't say. */
  recording?: RecordingConsent;
  /** Absent in calls that began under an earlier release. */
  facts?: TurnFacts;
}

/** A finished call, as its row holds it. */
export type RecordCallInput = FinishedCall & { recording?: RecordingConsent };

/** What became of a call's recording, or why there is none. */
export type RecordingOutcome =
  | 'kept'
  | 'refused'
  | 'undisclosed'
  | 'nothing was said'
  | 'could not be written';

/** Without an outcome, calls are not recorded here. */
export interface RecordCallResult {
  recording?: RecordingOutcome;
}

export interface CloseInput {
  session: string;
  reason: string;
}

export interface DialInput {
  session: string;
  phone: string;
  settings: CallSettings;
  /** It is not known whether the call was placed before: Twilio is asked for it first. */
  again: boolean;
  /** When the call began, ms since the Unix epoch: what was placed before that is another call. */
  since: number;
}

export interface SttActivities {
  listen(input: ListenInput): Promise<ListenResult>;
}
export interface CacheActivities {
  recall(input: RecallInput): Promise<RecallResult>;
}
export interface LlmActivities {
  reply(input: ReplyInput): Promise<ReplyResult>;
}
export interface TtsActivities {
  speak(input: SpeakInput): Promise<SpeakResult>;
}
export interface AnalyticsActivities {
  recordTurn(input: RecordTurnInput): Promise<void>;
  recordCall(input: RecordCallInput): Promise<RecordCallResult>;
}
/** A call as it began. */
export interface AnnounceInput {
  session: string;
  tenant?: string;
  domain: string;
  origin: string;
  dial: boolean;
  /** ms since the Unix epoch. */
  at: number;
}

export interface DeliverInput {
  /** The endpoint's name: its address and its secret never come into a history. */
  endpoint: string;
  event: WebhookEvent;
}

export interface WebhookActivities {
  /** Tells other systems that a call has begun; of turns and ends they hear with their rows. */
  announceCall(input: AnnounceInput): Promise<void>;
  /** Sends an event once. Rejects where the endpoint did not take it; NotRetryable where it never will. */
  deliver(input: DeliverInput): Promise<void>;
}

/** One use of a tool with an effect. */
export interface UseToolInput {
  session: string;
  /** Its `useToolId`, under which the outcome is told. Absent where a workflow of the first release asks. */
  id?: string;
  domain: string;
  tool: string;
  /** As the engine gave it; checked against the tool's schema. */
  input: unknown;
  /** The same for every attempt: what was done under it is not done again. */
  key: string;
  identity: Identity;
  /** The caller is on a telephone line, which can be put through. */
  telephone: boolean;
}

export interface UseToolResult {
  /** The input as the transcript may keep it. */
  shown: unknown;
  outcome: EffectOutcome;
  identity?: { customer: string } | 'mismatch';
  recording?: 'refused';
}

export interface ToolActivities {
  /** Uses a tool, and tells what came of it in the call's stream. */
  useTool(input: UseToolInput): Promise<UseToolResult>;
  /** Tells what came of a use where that activity could not, or where it may have been lost. */
  tellTool(input: ToldTool): Promise<void>;
}

export interface ToldTool {
  session: string;
  /** Its `useToolId`. */
  id: string;
  outcome: EffectOutcome;
}

export interface OrchestratorActivities {
  /** Tells everyone on the stream that the call is over, and lets the stream expire. Tells when that was. */
  closeStream(input: CloseInput): Promise<{ endedAt: number } | undefined>;
}

/** A switch of a live call's adapter. */
export interface SwitchInput {
  session: string;
  /** The deployment, by the prefix of its task queues. */
  deployment: string;
  domain: string;
  nth: number;
  /** When the workflow took the switch in, ms since the Unix epoch. */
  acceptedAt: number;
}

export interface CallAdapterActivities {
  /**
   * Tells the call's stages to answer with another adapter. Returns its ref, `formal@2`. Fails with BadInput where it
   * is not loaded, or is for another domain.
   */
  useAdapter(input: SwitchInput & { adapter: string }): Promise<{ adapter: string }>;
  /** The adapter that a new call gets, by its session; told to its stages unless it is `default`. */
  chooseAdapter(input: SwitchInput): Promise<{ adapter: string }>;
}

export type { AdapterSync, ControlActivities, LlmAdapterActivities } from './adapters/types.ts';

export interface TelephonyActivities {
  /** Places a telephone call, once: an error that is retryable leaves open whether it was placed. */
  dial(input: DialInput): Promise<{ callSid: string; status: LineStatus }>;
  /** Ends a telephone call. Doing it again changes nothing. */
  hangUpLine(input: { callSid: string }): Promise<void>;
}

export type { AnswerSource, TurnTimes };
