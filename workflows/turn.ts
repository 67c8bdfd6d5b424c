import { createEventGroup, workflowInfo } from '@temporalio/workflow';
import type { ListenResult, RecallResult, ReplyResult, SpeakResult } from '../activities/types.ts';
import type { Turn } from '../call/transcript.ts';
import { activities, type Shown } from './activities.ts';
import type { CallMemory } from './memory.ts';

/** A turn whose stages all stand ready, before the caller opens their mouth. */
export interface ArmedTurn {
  turn: number;
  listen: Promise<ListenResult>;
  recall: Promise<RecallResult | undefined>;
  reply: Promise<ReplyResult>;
  speak: Promise<SpeakResult>;
}

type Said = Extract<ListenResult, { kind: 'said' }>;

/** Starts the four stages of the next turn together. */
export function armTurn(memory: CallMemory): ArmedTurn {
  const { session, domain } = memory.request;
  const { turn, adapter, settings, place } = memory;
  const armed = { session, turn, arming: (memory.arming += 1), cursor: place.cursor, settings };
  const stage = (name: string) => activities(memory.taskQueuePrefix, shown(turn, `turn ${turn}: ${name}`));
  const stages = {
    turn,
    listen: stage('hear the caller').listen({ ...armed, ...place }),
    recall: settings.cache
      ? stage('look for a stored answer').recall({ ...armed, domain, adapter })
      : Promise.resolve(undefined),
    reply: stage('write the reply').reply({ ...armed, domain, adapter }),
    speak: stage('speak the reply').speak({
      session,
      domain,
      utterance: `reply-${turn}`,
      arming: armed.arming,
      cursor: place.cursor,
      settings,
      source: { turn },
    }),
  };
  // A stage may fail or be cancelled before anyone waits for it; whoever does wait still sees the error.
  for (const stage of [stages.listen, stages.recall, stages.reply, stages.speak]) ignoreRejection(stage);
  return stages;
}

const ignoreRejection = (promise: Promise<unknown>) => void promise.catch(() => undefined);

/** Listens again for the same turn; its other stages still stand ready. */
export function listenAgain(memory: CallMemory, armed: ArmedTurn): ArmedTurn {
  const { session } = memory.request;
  const { turn, settings, place } = memory;
  const arming = (memory.arming += 1);
  const stage = activities(memory.taskQueuePrefix, shown(turn, `turn ${turn}: hear the caller`));
  const listen = stage.listen({ session, turn, arming, settings, ...place });
  ignoreRejection(listen);
  return { ...armed, listen };
}

/** Waits until the reply has been written and heard; the turn as it will be remembered. */
export async function settleTurn(memory: CallMemory, armed: ArmedTurn, said: Said): Promise<Settled> {
  const [reply, spoken] = await Promise.all([armed.reply, armed.speak]);
  const answered = reply.kind === 'answered' ? reply : undefined;
  const heard = spoken.kind === 'spoken' ? spoken : undefined;
  const turn: Turn = {
    turn: armed.turn,
    caller: said.text,
    answer: answered?.text ?? '',
    heard: heard?.heard ?? '',
    interrupted: heard?.interrupted ?? false,
    source: answered?.source ?? 'apology',
    adapter: memory.adapter,
    engine: answered?.engine ?? '',
    tools: answered?.tools ?? [],
    times: {
      speechStartedAt: said.speechStartedAt,
      speechEndedAt: said.speechEndedAt,
      finalAt: said.finalAt,
      firstSentenceAt: answered?.firstSentenceAt,
      firstAudioAt: heard?.firstAudioAt,
      voiceToVoiceMs: heard?.voiceToVoiceMs,
    },
  };
  return { turn, endsCall: answered?.endsCall ?? false };
}

export interface Settled {
  turn: Turn;
  endsCall: boolean;
}

/** Writes the turn's row; its summary is the line that the Web UI shows for the turn. */
export function recordTurn(memory: CallMemory, turn: Turn): Promise<void> {
  const { session, domain } = memory.request;
  const took = turn.times.voiceToVoiceMs;
  const line = `turn ${turn.turn}: “${clip(turn.caller)}” → “${clip(turn.heard)}”${took === undefined ? '' : ` (${Math.round(took)} ms)`}`;
  return activities(memory.taskQueuePrefix, shown(turn.turn, line)).recordTurn({ session, domain, turn });
}

const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** A turn's activities stand together in the Web UI, under ids that are no hash of anything said. */
function shown(turn: number, summary: string): Shown {
  const id = `${workflowInfo().workflowId}/turn-${turn}`;
  return { summary, eventGroups: [createEventGroup(`turn ${turn}`, { id })] };
}
