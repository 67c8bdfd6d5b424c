import { median, percentile, table } from '../statistics.ts';
import { coresACall, type Figures, hasCollapsed } from './figures.ts';

const columns: [string, (figures: Figures) => number, number][] = [
  ['voice to audio p50', ({ voiceToAudio }) => percentile(voiceToAudio, 0.5), 0],
  ['p95', ({ voiceToAudio }) => percentile(voiceToAudio, 0.95), 0],
  ['p99', ({ voiceToAudio }) => percentile(voiceToAudio, 0.99), 0],
  ['own share p50', ({ ownShare }) => percentile(ownShare, 0.5), 1],
  ['p95', ({ ownShare }) => percentile(ownShare, 0.95), 1],
  ['barge-in stop p50', ({ bargeInStop }) => median(bargeInStop), 0],
  ['greeting p50', ({ greeting }) => median(greeting), 0],
  ['cores a call', coresACall, 4],
  ['MB a call', ({ memoryMb }) => median(memoryMb), 2],
];

/** One table, in ms: each number of calls with a line each, and Orkestra's share of Pipecat's figure between them. */
export function printFigures(all: Figures[]): string {
  const rows: (string | number)[][] = [
    ['calls', '', 'turns', ...columns.map(([name]) => name), 'not answered, lost', 'meter late p99'],
  ];
  const counts = [...new Set(all.map(({ calls }) => calls))].sort((a, b) => a - b);
  for (const calls of counts) {
    const pair = all.filter((figures) => figures.calls === calls);
    for (const figures of pair) rows.push(lineOf(figures));
    const ours = pair.find(({ name }) => name === 'Orkestra');
    const theirs = pair.find(({ name }) => name === 'Pipecat');
    if (!ours || !theirs) continue;
    const ratios = columns.map(([, of]) => `× ${(of(ours) / of(theirs)).toFixed(2)}`);
    rows.push([calls, 'Orkestra : Pipecat', '', ...ratios, '', '']);
  }
  return table(rows);
}

function lineOf(figures: Figures): (string | number)[] {
  const { calls, name, voiceToAudio, unanswered, early, lost, meter } = figures;
  return [
    calls,
    hasCollapsed(figures) ? `${name}, collapsed` : name,
    voiceToAudio.length,
    ...columns.map(([, of, digits]) => of(figures).toFixed(digits)),
    `${unanswered + early}, ${lost}`,
    Math.max(...meter.map(({ frames }) => frames.p99)).toFixed(1),
  ];
}
