import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { median, percentile } from '../statistics.ts';
import type { Figures } from './figures.ts';

/** Where a caller is no longer being talked to; what lies above it is drawn on it, ms. */
const TOP_MS = 1_000;
const COLORS = { domain: ['Orkestra', 'Pipecat'], range: ['#4269d0', '#ff725c'] };

/** Draws latency and cores over the number of calls into `folder`. */
export function drawPeers(folder: string, all: Figures[]) {
  const sorted = [...all].sort((a, b) => a.calls - b.calls);
  const latency = sorted.flatMap(({ name, calls, voiceToAudio }) =>
    [0.5, 0.95].map((p) => ({
      name,
      calls,
      line: `${name} p${p * 100}`,
      dash: p === 0.5 ? '0' : '5 4',
      value: Math.min(TOP_MS, percentile(voiceToAudio, p)),
    })),
  );
  const cores = sorted.map((figures) => ({
    name: figures.name,
    calls: figures.calls,
    line: figures.name,
    dash: '0',
    value: median(figures.cores),
  }));
  draw(join(folder, 'peers-latency.svg'), latency, {
    label: 'voice to first audio, ms',
    domain: [0, TOP_MS],
  });
  draw(join(folder, 'peers-cores.svg'), cores, { label: 'cores in use, all processes' });
}

interface Point {
  name: string;
  calls: number;
  line: string;
  dash: string;
  value: number;
}

function draw(file: string, points: Point[], y: { label: string; domain?: number[] }) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const last = new Map(points.map((point) => [point.line, point]));
  const svg = Plot.plot({
    document: document as never,
    width: 760,
    height: 420,
    marginLeft: 50,
    marginRight: 110,
    marginBottom: 45,
    marginTop: 30,
    style: { background: 'white', fontSize: '12px' },
    x: { label: 'calls at once', type: 'sqrt', ticks: [1, 5, 10, 20, 30, 40, 100, 150, 225] },
    y: { ...y, grid: true, zero: true },
    color: { legend: false, ...COLORS },
    marks: [
      Plot.ruleY([0]),
      ...[...last.values()].map(({ line, dash }) =>
        Plot.lineY(
          points.filter((point) => point.line === line),
          { x: 'calls', y: 'value', stroke: 'name', strokeWidth: 2, strokeDasharray: dash, marker: 'dot' },
        ),
      ),
      // Lines of the same name may end in the same point.
      ...[...last.values()].map((point, i) =>
        Plot.text([point], {
          x: 'calls',
          y: 'value',
          text: 'line',
          dx: 8,
          dy: i % 2 === 0 ? 7 : -7,
          textAnchor: 'start',
          fill: 'name',
        }),
      ),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  writeFileSync(file, `${svg.outerHTML}\n`);
}
