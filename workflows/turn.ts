import type { ListenResult, RecallResult, ReplyResult, SpeakResult } from '../activities/types.ts';
import { tallyTurn, type TurnFacts } from '../call/facts.ts';
import type { FailedAdapter } from '../call/adapter.ts';
import type { ToolUse, Turn } from '../call/transcript.ts';
import type { CallMemory } from './memory.ts';
import type { Stages } from './stages.ts';
import type { Tools } from './tools.ts';
import { factsOf } from './turn-facts.ts';

/** A turn whose stages all stand ready, before the caller opens their mouth. */
export interface ArmedTurn {
  turn: number;
  listen: Promise<ListenResult>;
  recall: Promise<RecallResult | undefined>;
  reply: Promise<ReplyResult>;
  speak: Promise<SpeakResult>;
}

export type Said = Extract<ListenResult, { kind: 'said' }>;

/** Starts the four stages of the next turn together. */
export function armTurn(memory: CallMemory, stages: Stages): ArmedTurn {
  const { session, tenant, domain } = memory.request;
  const { turn, adapter, adapterNth, settings, place } = memory;
  const armed = { session, turn, cursor: place.cursor, settings };
  const name = (id: string, what: string) => ({
    id: `${id}-${turn}`,
    summary: `turn ${turn}: ${what}`,
    group: `turn ${turn}`,
  });
  return {
    turn,
    listen: listen(memory, stages),
    recall: settings.cache
      ? stages.run(name('recall', 'look for a stored answer'), (act, arming) =>
          act.recall({ ...armed, ...arming, tenant, domain, adapter, adapterNth }),
        )
      : Promise.resolve(undefined),
    reply: stages.run(name('reply', 'write the reply'), (act, arming) =>
      act.reply({ ...armed, ...arming, domain, adapter, adapterNth, toolsBySignal: true }),
    ),
    speak: stages.run(name('speak', 'speak the reply'), (act, arming) =>
      act.speak({ ...armed, ...arming, domain, utterance: `reply-${turn}`, source: { turn } }),
    ),
  };
}

/** Listens again for the same turn; its other stages still stand ready. */
export const listenAgain = (memory: CallMemory, stages: Stages, armed: ArmedTurn): ArmedTurn => ({
  ...armed,
  listen: listen(memory, stages),
});

function listen({ request, turn, settings, place }: CallMemory, stages: Stages) {
  const { session, domain } = request;
  const name = { id: `listen-${turn}`, summary: `turn ${turn}: hear the caller`, group: `turn ${turn}` };
  return stages.run(name, (act, arming) =>
    act.listen({ session, domain, turn, settings, ...place, ...arming }),
  );
}

/** Waits until the reply has been written and heard; the turn as it will be remembered. */
export async function settleTurn(
  memory: CallMemory,
  stages: Stages,
  tools: Tools,
  armed: ArmedTurn,
  said: Said,
): Promise<Settled> {
  const [reply, spoken] = await Promise.all([armed.reply, armed.speak]);
  // A caller who interrupts the reply does not interrupt what it had done.
  await tools.settled(armed.turn);
  const answered = reply.kind === 'answered' ? reply : undefined;
  const heard = spoken.kind === 'spoken' ? spoken : undefined;
  const turn: Turn = {
    turn: armed.turn,
    caller: said.text,
    answer: answered?.text ?? '',
    heard: heard?.heard ?? '',
    interrupted: heard?.interrupted ?? false,
    source: answered?.source ?? 'apology',
    adapter: answered?.adapter ?? memory.adapter,
    engine: answered?.engine ?? '',
    tools: allTools(answered?.tools ?? [], memory.takeToolUses(armed.turn)),
    times: {
      speechStartedAt: said.speechStartedAt,
      speechEndedAt: said.speechEndedAt,
      finalAt: said.finalAt,
      firstSentenceAt: answered?.firstSentenceAt,
      firstAudioAt: heard?.firstAudioAt,
      endedAt: heard?.endedAt,
      voiceToVoiceMs: heard?.voiceToVoiceMs,
    },
  };
  const facts = factsOf(stages, armed.turn, said, reply, spoken);
  tallyTurn(memory.tally, turn, facts);
  memory.tally.line = heard?.line ?? memory.tally.line;
  return {
    turn,
    facts,
    endsCall: answered?.endsCall ?? false,
    failedAdapter: answered?.failedAdapter,
  };
}

/** What the reply used; of tools with an effect the workflow knows best. */
function allTools(ofReply: ToolUse[], effects: ToolUse[]): ToolUse[] {
  const names = new Set(effects.map(({ name }) => name));
  return [...ofReply.filter(({ name }) => !names.has(name)), ...effects];
}

/** A turn that could not be answered: the caller hears an apology. */
export function failedTurn(
  memory: CallMemory,
  stages: Stages,
  turn: number,
  said: Said,
): Omit<Settled, 'endsCall'> {
  const { text, speechStartedAt, speechEndedAt, finalAt } = said;
  const failed: Turn = {
    turn,
    caller: text,
    answer: '',
    heard: '',
    interrupted: false,
    source: 'apology',
    adapter: memory.adapter,
    engine: '',
    tools: allTools([], memory.takeToolUses(turn)),
    times: { speechStartedAt, speechEndedAt, finalAt },
  };
  const facts: TurnFacts = { ...factsOf(stages, turn, said), failed: true };
  tallyTurn(memory.tally, failed, facts);
  return { turn: failed, facts };
}

export interface Settled {
  turn: Turn;
  facts: TurnFacts;
  endsCall: boolean;
  failedAdapter?: FailedAdapter;
}

/** Writes the turn's row; its summary is the line that the Web UI shows for the turn. */
export function recordTurn(
  memory: CallMemory,
  stages: Stages,
  { turn, facts }: Omit<Settled, 'endsCall'>,
): Promise<void> {
  const { session, domain } = memory.request;
  const { recording } = memory;
  const took = turn.times.voiceToVoiceMs;
  const line = `turn ${turn.turn}: “${clip(turn.caller)}” → “${clip(turn.heard)}”${took === undefined ? '' : ` (${Math.round(took)} ms)`}`;
  const name = { id: `record-${turn.turn}`, summary: line, group: `turn ${turn.turn}` };
  return stages.run(name, (act) => act.recordTurn({ session, domain, turn, recording, facts }));
}

const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
