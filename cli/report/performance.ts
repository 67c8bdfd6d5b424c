import { groupBy } from '../../store/report/group-by.ts';
import { distributionOf, type TurnFigures } from '../../store/report/read-turns.ts';
import type { Duration } from '../../store/turn-hours.ts';
import { known, type Section } from './report.ts';

/** The stages that a caller waits for, in their order. */
export const waitStages = ['detection', 'recognition', 'endpointing', 'reply', 'speech'] as const;

/** What durations are called. */
export const durationTitles: Record<Duration, string> = {
  voice_to_voice: 'voice to voice',
  detection: 'silence noticed',
  recognition: 'words recognised',
  endpointing: 'end of turn decided',
  reply: 'reply written',
  speech: 'reply voiced',
  first_token: 'model: first word',
  first_voice: 'voice: first audio',
};

const columns: Section['columns'] = [
  { key: 'turns', title: 'turns', unit: 'count' },
  ...(['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const).map((key) => ({
    key,
    title: key,
    unit: 'ms' as const,
  })),
];

/** How long turns took: as a caller hears it, stage by stage, and of the engines alone; and by set of engines. */
export function performanceSections({ turns }: { turns: TurnFigures[] }): Section[] {
  const row = (name: Duration) => ({ stage: durationTitles[name], ...statistics(turns, name) });
  const engines = groupBy(turns, ({ recogniser, engine, voice }) =>
    [recogniser, engine, voice].map((name) => name || '–').join(' → '),
  );
  return [
    {
      key: 'wait',
      title: 'What callers waited, from their last word to the first sound of the reply',
      columns: [{ key: 'stage', title: 'stage', unit: 'text' }, ...columns],
      rows: (['voice_to_voice', ...waitStages] as const).map(row),
      note: 'A reply that was prepared while the caller paused takes no time of its own. Typed words are not waited for.',
    },
    {
      key: 'engines',
      title: 'Engines alone',
      columns: [{ key: 'stage', title: 'stage', unit: 'text' }, ...columns],
      rows: (['first_token', 'first_voice'] as const).map(row),
    },
    {
      key: 'combinations',
      title: 'Voice to voice by engines: recogniser → model → voice',
      columns: [{ key: 'engines', title: 'engines', unit: 'text' }, ...columns],
      rows: [...engines].map(([names, group]) => ({
        engines: names,
        ...statistics(group, 'voice_to_voice'),
      })),
    },
  ];
}

function statistics(rows: TurnFigures[], name: Duration) {
  const values = distributionOf(rows, name);
  return {
    turns: values.count,
    mean: known(values.mean),
    p50: known(values.percentile(0.5)),
    p90: known(values.percentile(0.9)),
    p95: known(values.percentile(0.95)),
    p99: known(values.percentile(0.99)),
    max: known(values.max),
  };
}
