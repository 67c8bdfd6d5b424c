import { asDialogue, asFollowed, clock } from '../render.ts';
import type { PastCall } from './past-call.ts';
import type { Rerun } from './rerun.ts';

type Shown = Pick<PastCall, 'session' | 'domain' | 'startedAt' | 'endedAt' | 'reason' | 'turns' | 'asides'>;

/** A call in lines: what it was, what was said and how fast, in the order in which it was. */
export function callLines(call: Shown): string[] {
  const { session, domain, startedAt, endedAt, turns, asides } = call;
  const facts = [
    domain,
    new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? [] : [clock(endedAt - startedAt).trim()]),
    turns.length === 1 ? '1 turn' : `${turns.length} turns`,
    call.reason ?? 'under way',
  ];
  const lines = [`Call ${session}: ${facts.join(' · ')}`];
  const view = asDialogue((line) => lines.push(line));
  const since = (at: number) => at - startedAt;
  const said: { at: number; show(): void }[] = [
    ...asides.map(({ at, heard, interrupted }) => {
      return { at, show: () => view.bot?.(since(at), heard, interrupted) };
    }),
    ...turns.flatMap((turn) => {
      const { caller, heard, interrupted, times, underWay } = turn;
      const answeredAt = times.firstAudioAt ?? times.finalAt;
      const answer = () => {
        view.bot?.(since(answeredAt), heard, interrupted);
        view.turn(asFollowed(turn));
      };
      return [
        { at: times.speechStartedAt, show: () => view.caller?.(since(times.speechStartedAt), caller) },
        ...(underWay && !heard ? [] : [{ at: answeredAt, show: answer }]),
      ];
    }),
  ];
  for (const { show } of said.sort((a, b) => a.at - b.at)) show();
  return lines;
}

/** What the present code made of each history, a line each. */
export function rerunLines(reruns: readonly Rerun[]): string[] {
  return reruns.map(({ runId, events, problem, at }) => {
    const run = `History of run ${runId}, ${events} events`;
    if (problem === undefined) return `${run}: the present workflow code goes the same way.`;
    const place = at ? ` at event ${at.eventId} (${at.what})` : '';
    return `${run}: the present workflow code goes another way${place}. ${problem}`;
  });
}
