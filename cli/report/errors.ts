import { type CallFigures, totalOfCalls } from '../../store/report/read-calls.ts';
import { type ToolFigures, totalOf, type TurnFigures } from '../../store/report/read-turns.ts';
import type { Sum } from '../../store/turn-hours.ts';
import type { Section } from './report.ts';

/** What can go wrong in a turn, by the column that counts it. */
export const turnErrors = {
  failed: 'no stage could answer',
  apologies: 'the model failed: apology',
  not_understood: 'not understood',
  unheard: 'reply not heard',
  listen_fallbacks: 'second recogniser',
  reply_fallbacks: 'second model',
  speak_fallbacks: 'second voice',
  restarts: 'a stage was started again',
} as const satisfies Partial<Record<Sum, string>>;

const columns: Section['columns'] = [
  { key: 'error', title: 'error', unit: 'text' },
  { key: 'count', title: 'count', unit: 'count' },
  { key: 'share', title: 'of all', unit: 'share' },
];

interface Figures {
  turns: TurnFigures[];
  calls: CallFigures[];
  tools: ToolFigures[];
}

/** What went wrong, in turns, in calls, and with tools. A turn may count more than once. */
export function errorSections({ turns, calls, tools }: Figures): Section[] {
  const all = totalOf(turns, 'turns');
  const ofTurns = Object.entries(turnErrors).map(([name, error]) => {
    const count = totalOf(turns, name as Sum);
    return { error, count, share: all > 0 ? count / all : undefined };
  });
  return [
    { key: 'turns', title: `In turns, of ${all.toLocaleString('en')}`, columns, rows: ofTurns },
    callErrors(calls),
    {
      key: 'tools',
      title: 'Tools that were not done',
      columns: [
        { key: 'tool', title: 'tool', unit: 'text' },
        { key: 'uses', title: 'uses', unit: 'count' },
        { key: 'notDone', title: 'not done', unit: 'count' },
        { key: 'share', title: 'of uses', unit: 'share' },
      ],
      rows: tools
        .filter(({ notDone }) => notDone > 0)
        .map(({ tool, uses, notDone }) => ({ tool, uses, notDone, share: notDone / uses })),
    },
  ];
}

/** Ends that no caller wanted. */
const badEnds = new Map([
  ['failed', 'the caller could not be heard'],
  ['dropped', 'the connection broke for good'],
  ['silent', 'the caller was silent'],
  ['too-long', 'the longest duration was reached'],
  ['abandoned', 'hung up before a word'],
  ['unreached', 'nobody was reached'],
]);

function callErrors(calls: CallFigures[]): Section {
  const all = totalOfCalls(calls, 'calls');
  const rows = [...badEnds].map(([outcome, error]) => {
    const count = totalOfCalls(
      calls.filter((row) => row.outcome === outcome),
      'calls',
    );
    return { error, count, share: all > 0 ? count / all : undefined };
  });
  return { key: 'calls', title: `In calls, of ${all.toLocaleString('en')}`, columns, rows };
}
