import type { LoadedDataConverter } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { inMs } from './times.ts';
import type {
  ListenInput,
  ListenResult,
  RecallResult,
  RecordCallInput,
  RecordCallResult,
  RecordingOutcome,
  RecordTurnInput,
  ReplyInput,
  ReplyResult,
  SpeakInput,
  SpeakResult,
} from '../../activities/types.ts';
import { replyUtterance } from '../../stream/events.ts';
import type { Turn } from '../../call/transcript.ts';
import type { CallInput } from '../../workflows/messages.ts';
import { type DoneActivity, doneActivities } from './activities-done.ts';
import type { CallHistory } from './history.ts';

/** A turn as it went, with what its stages tell beside it. */
export interface PastTurn extends Turn {
  similarity?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** The reply's own words for what became of it were not there yet: the call is at this turn. */
  underWay?: boolean;
}

/** Something the bot said outside its replies. */
export interface PastAside {
  utterance: string;
  heard: string;
  interrupted: boolean;
  /** ms since the Unix epoch. */
  at: number;
}

/** A call as its history tells it. Times are in ms since the Unix epoch. */
export interface PastCall {
  session: string;
  domain: string;
  startedAt: number;
  endedAt?: number;
  /** Why it ended; absent while it runs. */
  reason?: string;
  turns: PastTurn[];
  asides: PastAside[];
  /** What became of its recording, where calls were recorded. */
  recording?: RecordingOutcome;
  runs: number;
  events: number;
}

/** Reads a call out of its histories. Rejects for payloads that can't be read. */
export async function pastCall({ runs }: CallHistory, converter: LoadedDataConverter): Promise<PastCall> {
  const first = runs[0]!.history;
  const started = first.events![0]!.workflowExecutionStartedEventAttributes!;
  const [input] = (await decodeArrayFromPayloads(converter, started.input?.payloads)) as [CallInput];
  const done: DoneActivity[] = [];
  for (const { history } of runs) done.push(...(await doneActivities(history, converter)));
  const close = done.find(({ type }) => type === 'recordCall');
  const row = close?.input as RecordCallInput | undefined;
  const end = endOf(runs.at(-1)!.history);
  return {
    session: input.request.session,
    domain: input.request.domain,
    startedAt: input.carried?.startedAt ?? inMs(first.events![0]!.eventTime!),
    endedAt: row?.endedAt ?? end?.at,
    reason: row?.reason ?? end?.reason,
    turns: turnsOf(done),
    asides: asidesOf(done),
    recording: (close?.result as RecordCallResult | undefined)?.recording,
    runs: runs.length,
    events: runs.reduce((sum, { history }) => sum + history.events!.length, 0),
  };
}

function turnsOf(done: readonly DoneActivity[]): PastTurn[] {
  const of = <R>(type: string, turn: number) =>
    done.findLast((each) => each.type === type && (each.input as { turn?: number }).turn === turn) as
      | (Omit<DoneActivity, 'result'> & { result: R })
      | undefined;
  const spoken = (turn: number) => {
    const said = done.findLast(
      ({ type, input }) => type === 'speak' && (input as SpeakInput).utterance === replyUtterance(turn),
    );
    const result = said?.result as SpeakResult | undefined;
    return result?.kind === 'spoken' ? result : undefined;
  };
  const rows = new Map(
    done
      .filter(({ type }) => type === 'recordTurn')
      .map(({ input }) => [(input as RecordTurnInput).turn.turn, (input as RecordTurnInput).turn]),
  );
  const heard = new Map<number, Extract<ListenResult, { kind: 'said' }>>();
  for (const { type, input, result } of done) {
    const said = result as ListenResult | undefined;
    if (type === 'listen' && said?.kind === 'said') heard.set((input as ListenInput).turn, said);
  }
  return [...heard].map(([turn, said]) => {
    const reply = of<ReplyResult>('reply', turn);
    const answered = reply?.result.kind === 'answered' ? reply.result : undefined;
    const recall = of<RecallResult>('recall', turn)?.result;
    const { speechStartedAt, speechEndedAt, finalAt } = said;
    const seen = spoken(turn);
    const known: PastTurn = rows.get(turn) ?? {
      turn,
      caller: said.text,
      answer: answered?.text ?? '',
      heard: seen?.heard ?? '',
      interrupted: seen?.interrupted ?? false,
      source: answered?.source ?? 'apology',
      adapter: (reply?.input as ReplyInput | undefined)?.adapter ?? '',
      engine: answered?.engine ?? '',
      tools: answered?.tools ?? [],
      times: { speechStartedAt, speechEndedAt, finalAt },
      underWay: true,
    };
    return {
      ...known,
      similarity: answered?.similarity ?? (recall?.kind === 'hit' ? recall.similarity : undefined),
      inputTokens: answered?.inputTokens,
      outputTokens: answered?.outputTokens,
    };
  });
}

function asidesOf(done: readonly DoneActivity[]): PastAside[] {
  return done.flatMap(({ type, input, result }): PastAside[] => {
    const { utterance, source } = input as SpeakInput;
    const said = result as SpeakResult | undefined;
    if (type !== 'speak' || 'turn' in source || said?.kind !== 'spoken') return [];
    return [{ utterance, heard: said.heard, interrupted: said.interrupted, at: said.firstAudioAt }];
  });
}

/** How a run ended that wrote no row of its call. */
function endOf({ events }: History): { at: number; reason: string } | undefined {
  const last = events!.at(-1)!;
  const reason = last.workflowExecutionTerminatedEventAttributes
    ? 'terminated in Temporal'
    : last.workflowExecutionTimedOutEventAttributes
      ? 'timed out in Temporal'
      : last.workflowExecutionFailedEventAttributes
        ? `failed: ${last.workflowExecutionFailedEventAttributes.failure?.message ?? 'no reason given'}`
        : undefined;
  return reason === undefined ? undefined : { at: inMs(last.eventTime!), reason };
}
