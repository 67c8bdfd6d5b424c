import type { CallRequest } from '../call/request.ts';
import { workflowIdOf } from '../call/request.ts';
import { Caller } from './caller.ts';
import { tokenOf } from './caller-token.ts';
import { startCallWorkflow } from './call-workflow.ts';
import type { TemporalAccess } from './connect-temporal.ts';
import { type FollowedAside, LiveTranscript } from './live-transcript.ts';
import { type CallerLine, playCall } from './play-call.ts';
import type { Places } from './places.ts';
import type { FollowedTurn, TranscriptView } from './render.ts';
import { type SavedCall, saveCall } from './save-call.ts';
import { TurnTaking } from './turn-taking.ts';

export interface PlacedCall {
  session: string;
  /** Why the call ended. */
  reason: string;
  /** What the caller had to say, and how much of it was answered. */
  lines: number;
  answered: number;
  turns: FollowedTurn[];
  asides: FollowedAside[];
  audio: SavedCall;
  /** The call's page in Temporal's Web UI, where that is known. */
  url?: string;
}

/**
 * Starts a call and plays the caller; `view` shows the transcript as it grows, `signal` hangs up early. Throws
 * CliError where the call can't be had; then no workflow is left behind.
 */
export async function placeCall(
  places: Places,
  temporal: TemporalAccess,
  request: CallRequest,
  lines: CallerLine[],
  view: TranscriptView,
  signal: AbortSignal,
): Promise<PlacedCall> {
  const { session, tenant, domain, customer, phone, settings } = request;
  const turnTaking = new TurnTaking();
  const transcript = new LiveTranscript(view);
  // The gateway comes first, so that a call that no caller can reach is never started.
  const caller = await Caller.connect(places.gatewayUrl, (event) => {
    transcript.add(event);
    turnTaking.add(event);
  });
  const hangUp = () => void caller.hangUp();
  signal.addEventListener('abort', hangUp);
  try {
    const workflow = await startCallWorkflow(temporal, places.config.temporal.taskQueuePrefix, request);
    try {
      await caller.start({
        session,
        tenant,
        domain,
        customer,
        phone,
        settings,
        token: tokenOf(places, request),
      });
    } catch (error) {
      await workflow.terminate('the caller could not be connected');
      throw error;
    }
    const answering = await playCall(caller, turnTaking, lines);
    const reason = await caller.ended;
    const audio = await saveCall(session, caller.recording());
    const { turns, asides } = transcript;
    const answered = answering.filter(({ turn, interrupted }) =>
      turns.some((followed) => followed.turn === turn && isAnswer(followed, interrupted)),
    ).length;
    const url = workflowUrl(places, session);
    return { session, reason, lines: lines.length, answered, turns, asides, audio, url };
  } finally {
    signal.removeEventListener('abort', hangUp);
    await caller.hangUp();
  }
}

/** Whether the caller heard a reply, to its end unless they meant to cut it short, and it was no mere apology. */
export const isAnswer = ({ heard, interrupted, source }: FollowedTurn, meantTo = false) =>
  heard !== '' && interrupted === meantTo && source !== 'apology';

/**
 * Whether every line of the caller's was understood and answered. A line that was taken for two turns, since the caller
 * paused in it, has one reply that the caller talked over; that is none too few.
 */
export function isComplete({ lines, answered, turns }: PlacedCall): boolean {
  const understood = turns.every((turn) => turn.caller !== '' && (isAnswer(turn) || turn.interrupted));
  return answered === lines && understood;
}

/** How the call ended, and where to look. */
export function summary({ reason, lines, answered, audio, url }: PlacedCall): string[] {
  return [
    `The call is over (${reason}): ${answered} of ${lines} utterances were answered.`,
    ...(url ? [`The call in Temporal’s Web UI: ${url}`] : []),
    `Its audio: ${audio.conversation} (caller left, bot right) and ${audio.bot} (the bot alone)`,
  ];
}

/** A call's page in Temporal's Web UI, where that is known. */
export function workflowUrl({ temporalUi, temporal }: Places, session: string): string | undefined {
  if (!temporalUi) return undefined;
  return `${temporalUi}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${workflowIdOf(session)}`;
}
