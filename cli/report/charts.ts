import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { distributionOf, totalOf } from '../../store/report/read-turns.ts';
import { totalOfCalls } from '../../store/report/read-calls.ts';
import { groupBy } from '../../store/report/group-by.ts';
import { HOUR_MS } from '../../store/report/scope.ts';
import type { Sum } from '../../store/turn-hours.ts';
import { turnErrors } from './errors.ts';
import { durationTitles, waitStages } from './performance.ts';
import type { ChartData, ReportKind } from './report.ts';
import { costOfTurns } from './summary.ts';

/** A chart as SVG, which takes its colours from the page: text and lines are `currentColor`. */
export interface Chart {
  title: string;
  svg: string;
  /** The marks' colours and what they stand for. */
  legend: { color: string; label: string }[];
}

/** Told apart by people who see few colours, on white and on black: after Okabe and Ito. */
const palette = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#999999', '#b8a800'];

/** Small, so that letters stay readable on a telephone, px. */
const SIZE = { width: 460, height: 230, marginLeft: 52, marginRight: 16, marginBottom: 28 };

/** The charts of a report. */
export function chartsOf(kind: ReportKind, data: ChartData, currency: string): Chart[] {
  const charts: Record<ReportKind, () => Chart[]> = {
    summary: () => [latency(data), calls(data), wait(data), cache(data), errors(data), endings(data)],
    performance: () => [latency(data), wait(data)],
    errors: () => [errors(data), endings(data)],
    usage: () => [calls(data), cache(data), cost(data, currency)],
  };
  return charts[kind]();
}

/** `09:30`, or `3 Mar` where a day begins. */
function timeLabel(time: Date): string {
  const midnight = time.getTime() % (24 * HOUR_MS) === 0;
  const options = midnight
    ? ({ day: 'numeric', month: 'short' } as const)
    : ({ timeStyle: 'short' } as const);
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(time);
}

/** Times are shown as UTC; a bin of a day or an hour in its middle would be taken for another one. */
const binAt = (at: Date, binMs: number) => new Date(Math.floor(at.getTime() / binMs) * binMs);
const byBin = <Row>(rows: Row[], timeOf: (row: Row) => Date, binMs: number) =>
  groupBy(rows, (row) => binAt(timeOf(row), binMs).getTime());
const turnBins = ({ turns, binMs }: ChartData) =>
  [...byBin(turns, ({ hour }) => hour, binMs)]
    .map(([at, rows]) => ({ at: new Date(at), rows }))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());

const colorOf = (labels: readonly string[]) => ({
  domain: [...labels],
  range: palette.slice(0, labels.length),
});
const legendOf = (labels: readonly string[]) => labels.map((label, i) => ({ label, color: palette[i]! }));

function draw(title: string, labels: readonly string[], options: Plot.PlotOptions): Chart {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    ...SIZE,
    document: document as never,
    style: { background: 'transparent', color: 'currentColor', fontSize: '12px', overflow: 'visible' },
    x: { type: 'utc', label: null, ticks: 6, tickFormat: timeLabel },
    color: colorOf(labels),
    ...options,
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  return { title, svg: svg.outerHTML, legend: labels.length > 1 ? legendOf(labels) : [] };
}

const grid = Plot.gridY({ strokeOpacity: 0.15 });

function latency(data: ChartData): Chart {
  const labels = ['p50', 'p95', 'p99'];
  const points = turnBins(data).flatMap(({ at, rows }) => {
    const waits = distributionOf(rows, 'voice_to_voice');
    if (waits.count === 0) return [];
    return [0.5, 0.95, 0.99].map((p, i) => ({ at, ms: waits.percentile(p), label: labels[i]! }));
  });
  return draw('Voice to voice, ms', labels, {
    y: { zero: true, label: null },
    marks: [
      grid,
      Plot.line(points, { x: 'at', y: 'ms', stroke: 'label', strokeWidth: 2, curve: 'monotone-x' }),
      ...(new Set(points.map(({ at }) => at.getTime())).size < 40
        ? [Plot.dot(points, { x: 'at', y: 'ms', fill: 'label', r: 2.5 })]
        : []),
      Plot.ruleY([0]),
    ],
  });
}

/** By hour of the day where there are days to add up, else as they came. */
function calls({ calls: rows, binMs }: ChartData): Chart {
  const labels = ['completed', 'transferred', 'other ends'];
  const labelOf = (outcome: string) => (labels.includes(outcome) ? outcome : 'other ends');
  if (binMs > HOUR_MS) return callsByHourOfDay({ rows, labels, labelOf });
  const bars = [...byBin(rows, ({ at }) => at, binMs)].flatMap(([at, of]) =>
    [...groupBy(of, ({ outcome }) => labelOf(outcome))].map(([label, group]) => ({
      from: new Date(at),
      to: new Date(at + binMs),
      label,
      calls: totalOfCalls(group, 'calls'),
    })),
  );
  return draw(binMs < HOUR_MS ? 'Calls' : 'Calls by hour', labels, {
    y: { label: null, tickFormat: whole },
    marks: [
      grid,
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'calls', fill: 'label', order: labels, inset: 0.5 }),
      Plot.ruleY([0]),
    ],
  });
}

interface CallsOfDay {
  rows: ChartData['calls'];
  labels: string[];
  labelOf(outcome: string): string;
}

function callsByHourOfDay({ rows, labels, labelOf }: CallsOfDay): Chart {
  const bars = [...groupBy(rows, ({ at, outcome }) => `${at.getUTCHours()} ${labelOf(outcome)}`)].map(
    ([key, group]) => {
      const space = key.indexOf(' ');
      return {
        hour: Number(key.slice(0, space)),
        label: key.slice(space + 1),
        calls: totalOfCalls(group, 'calls'),
      };
    },
  );
  return draw('Calls by hour of the day (UTC)', labels, {
    x: { type: 'linear', domain: [0, 24], label: null, ticks: [0, 3, 6, 9, 12, 15, 18, 21, 24] },
    y: { label: null, tickFormat: whole },
    marks: [
      grid,
      Plot.rectY(bars, {
        x1: 'hour',
        x2: (d: { hour: number }) => d.hour + 1,
        y: 'calls',
        fill: 'label',
        order: labels,
        inset: 0.5,
      }),
      Plot.ruleY([0]),
    ],
  });
}

/** Means, one on the other: together they are the mean wait. */
function wait(data: ChartData): Chart {
  const labels = waitStages.map((stage) => durationTitles[stage]);
  const layers = turnBins(data).flatMap(({ at, rows }) =>
    waitStages.flatMap((stage, i) => {
      const { count, mean } = distributionOf(rows, stage);
      return count > 0
        ? [{ from: at, to: new Date(at.getTime() + data.binMs), ms: mean, label: labels[i]! }]
        : [];
    }),
  );
  return draw('Where the wait goes, mean ms', labels, {
    y: { label: null },
    marks: [
      grid,
      Plot.rectY(layers, { x1: 'from', x2: 'to', y: 'ms', fill: 'label', order: labels, inset: 0.5 }),
      Plot.ruleY([0]),
    ],
  });
}

function cache(data: ChartData): Chart {
  const points = turnBins(data).map(({ at, rows }) => ({
    at,
    share: (100 * totalOf(rows, 'from_cache')) / totalOf(rows, 'turns'),
  }));
  return draw('Answered from the cache, % of turns', ['from the cache'], {
    y: { domain: [0, Math.max(10, ...points.map(({ share }) => share)) * 1.1], label: null },
    marks: [
      grid,
      Plot.areaY(points, { x: 'at', y: 'share', fill: palette[2]!, fillOpacity: 0.2, curve: 'monotone-x' }),
      Plot.lineY(points, { x: 'at', y: 'share', stroke: palette[2]!, strokeWidth: 2, curve: 'monotone-x' }),
      Plot.ruleY([0]),
    ],
  });
}

function errors(data: ChartData): Chart {
  const kinds = Object.entries(turnErrors) as [Sum, string][];
  const labels = kinds.filter(([name]) => totalOf(data.turns, name) > 0).map(([, label]) => label);
  const bars = turnBins(data).flatMap(({ at, rows }) =>
    kinds.flatMap(([name, label]) => {
      const count = totalOf(rows, name);
      return count > 0 ? [{ from: at, to: new Date(at.getTime() + data.binMs), count, label }] : [];
    }),
  );
  return draw('What went wrong, turns', labels, {
    y: { label: null, tickFormat: whole },
    marks: [
      grid,
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'count', fill: 'label', order: labels, inset: 0.5 }),
      Plot.ruleY([0]),
    ],
  });
}

function endings({ calls: rows }: ChartData): Chart {
  const bars = [...groupBy(rows, ({ outcome }) => outcome)]
    .map(([outcome, group]) => ({ outcome, calls: totalOfCalls(group, 'calls') }))
    .toSorted((a, b) => b.calls - a.calls);
  return draw('How calls ended', [], {
    marginLeft: 90,
    x: { type: 'linear', label: null, tickFormat: whole },
    y: { label: null, domain: bars.map(({ outcome }) => outcome) },
    color: undefined,
    marks: [
      Plot.gridX({ strokeOpacity: 0.15 }),
      Plot.barX(bars, { x: 'calls', y: 'outcome', fill: palette[0]! }),
      Plot.ruleX([0]),
    ],
  });
}

function cost(data: ChartData, currency: string): Chart {
  const bars = turnBins(data).map(({ at, rows }) => ({
    from: at,
    to: new Date(at.getTime() + data.binMs),
    cost: costOfTurns(rows),
  }));
  return draw(`Cost of engines, ${currency}`, ['cost'], {
    y: { label: null },
    marks: [
      grid,
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'cost', fill: palette[0]!, inset: 0.5 }),
      Plot.ruleY([0]),
    ],
  });
}

const whole = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en') : '');
