import { CallStream } from '../../stream/call-stream.ts';
import type { CallEvent } from '../../stream/events.ts';
import type { StreamHub } from '../../stream/hub.ts';
import { percentile, table } from '../statistics.ts';
import type { CallerReport } from '../twilio-caller.ts';

/** When each step of a turn was taken, ms since the Unix epoch, by the clocks of the processes that took it. */
export interface TurnSteps {
  stopNoticed: number;
  wordsFinal?: number;
  firstSentence?: number;
  playing?: number;
}

const HOPS = [
  'stop noticed → words final',
  '→ first sentence',
  '→ gateway plays',
  '→ at the caller’s socket',
];

/** Follows a call's events: the steps of its turns, the latest last. */
class Steps {
  readonly turns: TurnSteps[] = [];

  onEvent(event: CallEvent) {
    const last = this.turns.at(-1);
    if (event.type === 'speech.stopped') this.turns.push({ stopNoticed: event.noticedAt });
    else if (!last) return;
    else if (event.type === 'turn.final') last.wordsFinal = event.at;
    else if (event.type === 'reply.sentence') last.firstSentence ??= event.at;
    else if (event.type === 'playback.started') last.playing ??= event.at;
  }

  /** The turn whose stop was noticed last before `at`. */
  before(at: number): TurnSteps | undefined {
    return this.turns.findLast(({ stopNoticed }) => stopNoticed <= at);
  }
}

/** A turn's steps, and when its caller heard the reply. */
export interface HeardTurn {
  steps: TurnSteps;
  heardAt: number;
}

/** The turns of calls that are over, from their streams: nobody reads along while they are measured. */
export async function heardTurns(hub: StreamHub, calls: CallerReport[]): Promise<HeardTurn[]> {
  const heard: HeardTurn[] = [];
  for (const { session, turns } of calls) {
    const steps = new Steps();
    const { close } = await new CallStream(hub, session).onEvents('0', (event) => steps.onEvent(event));
    close();
    for (const { firstMediaAt } of turns) {
      const turn = steps.before(firstMediaAt);
      if (turn) heard.push({ steps: turn, heardAt: firstMediaAt });
    }
  }
  return heard;
}

/** How long each hop of these turns took, ms: a row for each number of calls. */
export function hopTable(rows: { calls: number; turns: HeardTurn[] }[]): string {
  return table([
    ['calls', ...HOPS.flatMap((hop) => [`${hop} p50`, 'p95'])],
    ...rows.map(({ calls, turns }) => [
      calls,
      ...HOPS.flatMap((_, hop) => {
        const took = turns.flatMap(({ steps, heardAt }) => {
          const { stopNoticed, wordsFinal, firstSentence, playing } = steps;
          const at = [stopNoticed, wordsFinal, firstSentence, playing, heardAt];
          const [from, to] = [at[hop], at[hop + 1]];
          return from === undefined || to === undefined ? [] : [to - from];
        });
        return [0.5, 0.95].map((p) => percentile(took, p).toFixed(1));
      }),
    ]),
  ]);
}
