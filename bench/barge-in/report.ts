import { percentile, table } from '../statistics.ts';
import type { HeardAgain } from './heard-again.ts';
import type { HeardCuts } from './heard-accuracy.ts';
import { isTurn, type Kind, kinds, type Outcome } from './trial.ts';

/** What the numbers have to be: shares, and ms. */
const TARGET = {
  heard: 0.98,
  kept: 0.95,
  silentMs: 200,
  again: 0.9,
  stopped: {
    interruption: 1,
    'short request, held out': 0.85,
    'short request, new voices': 0.85,
  } as Record<Kind, number>,
};

export interface Measured {
  outcomes: Outcome[];
  cuts: HeardCuts;
  again: HeardAgain;
}

/** The tables of what was measured, and a line for each target, with whether all of them were met. */
export function report(measured: Measured): { text: string; met: boolean } {
  const targets = judge(measured);
  const lines = targets.map(({ line, met }) => `${line}: ${met ? 'met' : 'MISSED'}`);
  return {
    text: [decisions(measured.outcomes), heard(measured), again(measured.again), lines.join('\n')].join(
      '\n\n',
    ),
    met: targets.every(({ met }) => met),
  };
}

function decisions(outcomes: Outcome[]): string {
  const columns = ['trials', 'stopped', 'kept', 'of them paused'];
  const times = ['clear p50, ms', 'p95', 'silence p50, ms', 'p95'];
  return table([
    ['the caller', ...columns, ...times],
    ...kinds.map((kind) => {
      const of = outcomes.filter(({ trial }) => trial.kind === kind);
      const kept = of.filter(({ stopped }) => !stopped);
      return [
        kind,
        of.length,
        share(of.length - kept.length, of.length),
        share(kept.length, of.length),
        kept.filter(({ pauses }) => pauses > 0).length,
        ...[clearTimes(of), silentTimes(of)].flatMap((values) => [ms(values, 0.5), ms(values, 0.95)]),
      ];
    }),
  ]);
}

const withMarks = (outcomes: Outcome[], marks: boolean) =>
  outcomes.filter((outcome) => outcome.stopped && outcome.marks === marks);
const within = (outcomes: Outcome[], words: number) =>
  outcomes.filter(({ wordsOff }) => Math.abs(wordsOff) <= words).length;

function heard({ outcomes, cuts }: Measured): string {
  const rows = [true, false].map((marks) => {
    const of = withMarks(outcomes, marks);
    const label = marks ? 'in calls, marks echoed' : 'in calls, no marks';
    return [label, of.length, share(within(of, 0), of.length), share(within(of, 1), of.length)];
  });
  return table([
    ['words heard', 'interruptions', 'exact', 'within one word'],
    ...rows,
    ['cuts of the sentences', cuts.cuts, share(cuts.exact, cuts.cuts), share(cuts.withinOne, cuts.cuts)],
  ]);
}

const again = ({ resumed, whole, words, wrong, wrongUnbroken }: HeardAgain): string =>
  table([
    ['resumed', 'no word left out', 'words after it', 'recognised wrong', 'wrong in the unbroken sentence'],
    [resumed, share(whole, resumed), words, share(wrong, words), share(wrongUnbroken, words)],
  ]);

function judge({ outcomes, again }: Measured) {
  const turns = outcomes.filter(({ trial }) => isTurn(trial.kind));
  const silent = percentile(silentTimes(turns), 0.95);
  const words = [true, false].map((marks) => {
    const of = withMarks(outcomes, marks);
    const how = marks ? 'with marks' : 'without marks';
    return atLeast(`words heard ${how}, within one`, within(of, 1), of.length, TARGET.heard);
  });
  const sounds = kinds
    .filter((kind) => !isTurn(kind))
    .map((kind) => {
      const of = outcomes.filter(({ trial }) => trial.kind === kind);
      const kept = of.filter(({ stopped }) => !stopped).length;
      return atLeast(`${kind}: the bot goes on`, kept, of.length, TARGET.kept);
    });
  const stops = kinds.filter(isTurn).map((kind) => {
    const of = outcomes.filter(({ trial }) => trial.kind === kind);
    const stopped = of.filter((outcome) => outcome.stopped).length;
    return atLeast(`${kind}: the bot stops`, stopped, of.length, TARGET.stopped[kind]);
  });
  return [
    {
      line: `silence after the caller's first sound, p95: ${silent.toFixed(0)} ms, target at most ${TARGET.silentMs}`,
      met: silent <= TARGET.silentMs,
    },
    ...sounds,
    ...words,
    ...stops,
    atLeast('resumed: no word left out', again.whole, again.resumed, TARGET.kept),
    atLeast('resumed: words recognised', again.words - again.wrong, again.words, TARGET.again),
  ];
}

const atLeast = (what: string, right: number, all: number, target: number) => ({
  line: `${what}: ${right} of ${all}, ${percent(right / all)}, target at least ${percent(target)}`,
  met: right >= target * all,
});

const clearTimes = (outcomes: Outcome[]) => outcomes.flatMap(({ clearMs }) => clearMs ?? []);
const silentTimes = (outcomes: Outcome[]) => outcomes.flatMap(({ silentMs }) => silentMs ?? []);
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const share = (part: number, all: number) => (all === 0 ? '-' : `${part} (${percent(part / all)})`);
const ms = (values: number[], p: number) => (values.length === 0 ? '-' : percentile(values, p).toFixed(0));
