import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Scores } from './precision.ts';

interface Curve {
  name: string;
  scores: Scores[];
}

/** Draws precision and hits over the threshold, a line a curve, into an SVG file. */
export function drawCurves(file: string, curves: Curve[], chosen: number) {
  const points = curves.flatMap(({ name, scores }) =>
    scores.flatMap(({ threshold, precision, hitRate }) => [
      { threshold, value: precision, line: `precision, ${name}` },
      { threshold, value: hitRate, line: `hits, ${name}` },
    ]),
  );
  // Where the threshold is lowest, the lines lie apart.
  const named = points.filter(({ threshold }) => threshold === points[0]!.threshold);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document: document as never,
    width: 760,
    height: 420,
    marginRight: 20,
    marginBottom: 45,
    marginTop: 30,
    style: { background: 'white', fontSize: '12px' },
    x: { label: 'threshold (cosine)', domain: [0.4, 1] },
    y: { label: '%', domain: [0, 100], grid: true, transform: (value: number) => value * 100 },
    color: { legend: false, domain: [...new Set(points.map(({ line }) => line))], scheme: 'Observable10' },
    marks: [
      Plot.ruleY([0.99], { stroke: '#999', strokeDasharray: '2 4' }),
      Plot.ruleX([chosen], { stroke: '#999' }),
      Plot.lineY(points, { x: 'threshold', y: 'value', stroke: 'line', strokeWidth: 2 }),
      Plot.text(named, {
        x: 'threshold',
        y: 'value',
        text: 'line',
        dy: -8,
        textAnchor: 'start',
        fill: 'line',
      }),
    ],
  });
  mkdirSync(dirname(file), { recursive: true });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  writeFileSync(file, `${svg.outerHTML}\n`);
}
