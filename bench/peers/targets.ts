import { median, percentile } from '../statistics.ts';
import { coresACall, type Figures } from './figures.ts';

export interface Verdict {
  target: string;
  seen: string;
  met: boolean;
}

const SHARE_CALLS = [1, 5, 10, 20, 30];
const MANY = { calls: 100, p50: 10, p95: 25 };
/** Judged from this number of calls on: below, it is what the processes cost that wait. */
const FROM_CALLS = 20;
const CORES_A_CALL = 0.015;
const MB_A_CALL = 3;
/** Cores that a call adds in which nobody speaks. */
const SILENT_CORES = 0.002;

/** What was to be reached, of the numbers of calls that were measured. */
export function judge(all: Figures[], silentCores: number | undefined): Verdict[] {
  const verdicts: Verdict[] = [];
  const of = (name: Figures['name'], calls: number) =>
    all.find((figures) => figures.name === name && figures.calls === calls);
  // Where the peer has no figure, it has collapsed.
  const atMost = (target: string, seen: number, limit: number, digits = 1) =>
    verdicts.push({
      target: `${target}: at most ${Number.isNaN(limit) ? 'never' : limit.toFixed(digits)}`,
      seen: seen.toFixed(digits),
      met: seen <= limit || (Number.isNaN(limit) && !Number.isNaN(seen)),
    });
  for (const calls of SHARE_CALLS) {
    const [ours, theirs] = [of('Orkestra', calls), of('Pipecat', calls)];
    if (!ours || !theirs) continue;
    for (const p of [0.5, 0.95]) {
      const name = `own share at ${calls} calls, p${p * 100}, ms, as Pipecat`;
      atMost(name, percentile(ours.ownShare, p), percentile(theirs.ownShare, p));
    }
    atMost(
      `barge-in stop at ${calls} calls, ms, as Pipecat`,
      median(ours.bargeInStop),
      median(theirs.bargeInStop),
      0,
    );
    atMost(`greeting at ${calls} calls, ms, as Pipecat`, median(ours.greeting), median(theirs.greeting), 0);
  }
  const many = of('Orkestra', MANY.calls);
  if (many) {
    atMost(`own share at ${MANY.calls} calls, p50, ms`, percentile(many.ownShare, 0.5), MANY.p50);
    atMost(`own share at ${MANY.calls} calls, p95, ms`, percentile(many.ownShare, 0.95), MANY.p95);
  }
  for (const figures of all) {
    if (figures.name !== 'Orkestra' || figures.calls < FROM_CALLS) continue;
    atMost(`cores a call at ${figures.calls} calls`, coresACall(figures), CORES_A_CALL, 4);
    atMost(`MB added a call at ${figures.calls} calls`, median(figures.memoryMb), MB_A_CALL, 2);
  }
  if (silentCores !== undefined) atMost('cores that a silent call adds', silentCores, SILENT_CORES, 4);
  return verdicts;
}

export const verdictLine = ({ target, seen, met }: Verdict) =>
  `${met ? 'met   ' : 'MISSED'} ${target}: ${seen}`;
