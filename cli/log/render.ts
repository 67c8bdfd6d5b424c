import type { CacheHit, Trouble } from '../../store/log-rows.ts';
import type { Terminal } from '../terminal.ts';
import type { Metric } from './metrics.ts';

/** `role  name{labels}  value`; a histogram in its count, mean, p50 and p95. */
export function printMetrics(metrics: readonly Metric[], terminal: Terminal) {
  const named = metrics.map((metric) => ({ metric, title: titleOf(metric) }));
  const width = Math.max(0, ...named.map(({ title }) => title.length));
  let role = '';
  for (const { metric, title } of named) {
    if (metric.role !== role) {
      role = metric.role;
      terminal.print(terminal.paint('bold', role));
    }
    terminal.print(`  ${title.padEnd(width)}  ${valueOf(metric)}`);
  }
}

function titleOf({ name, labels }: Metric): string {
  const shown = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return shown.length === 0 ? name : `${name}{${shown.join(',')}}`;
}

function valueOf({ name, value, count, mean, p50, p95 }: Metric): string {
  if (count === undefined) return short(value!);
  if (mean === undefined) return '0 times';
  const figure = name.endsWith('_seconds') ? (n: number) => `${short(n * 1_000)} ms` : short;
  return `${count} times · mean ${figure(mean)} · p50 ${figure(p50!)} · p95 ${figure(p95!)}`;
}

const short = (value: number) => String(Number(value.toPrecision(4)));

const time = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** A stored answer that was given, in one line. */
export function hitLine({
  at,
  session,
  turn,
  similarity,
  voiceToVoiceMs,
  question,
  answer,
}: CacheHit): string {
  const facts = [
    similarity === undefined ? '    ' : similarity.toFixed(2),
    (voiceToVoiceMs === undefined ? '' : `${Math.round(voiceToVoiceMs)} ms`).padStart(7),
  ];
  return `${time(at)}  ${session} turn ${turn}  ${facts.join('  ')}  “${question}” → “${answer}”`;
}

/** What did not go as it should, in one line. */
export const troubleLine = ({ at, session, turn, what }: Trouble) =>
  `${time(at)}  ${session}${turn === undefined ? '' : ` turn ${turn}`}  ${what}`;
