import { groupBy } from '../../store/report/group-by.ts';
import { type CallFigures, totalOfCalls } from '../../store/report/read-calls.ts';
import { type ToolFigures, totalOf, type TurnFigures } from '../../store/report/read-turns.ts';
import { figures, type Section } from './report.ts';
import { costOfTurns } from './summary.ts';

interface Figures {
  turns: TurnFigures[];
  calls: CallFigures[];
  tools: ToolFigures[];
}

/** What was used, and what it cost: by engine, and the tools. */
export function usageSections({ turns, calls, tools }: Figures): Section[] {
  const lines = totalOfCalls(calls, 'cost');
  const answeredMs =
    totalOfCalls(calls, 'callerMs') + totalOfCalls(calls, 'botMs') + totalOfCalls(calls, 'silentMs');
  return [
    figures('total', 'In all', [
      ['calls', totalOfCalls(calls, 'calls'), 'count'],
      ['turns', totalOf(turns, 'turns'), 'count'],
      ['time on the line', answeredMs / 60_000, 'minutes'],
      ['audio recognised', totalOf(turns, 'audio_ms') / 60_000, 'minutes'],
      ['tokens into models', totalOf(turns, 'input_tokens'), 'count'],
      ['tokens out of models', totalOf(turns, 'output_tokens'), 'count'],
      ['characters spoken', totalOf(turns, 'characters'), 'count'],
      ['answered from the cache', totalOf(turns, 'from_cache'), 'count'],
      ['cost of engines', costOfTurns(turns), 'money'],
      ['cost of lines, and of words from outside', lines, 'money'],
      ['cost', costOfTurns(turns) + lines, 'money'],
    ]),
    engineSection(turns),
    {
      key: 'tools',
      title: 'Tools',
      columns: [
        { key: 'tool', title: 'tool', unit: 'text' },
        { key: 'uses', title: 'uses', unit: 'count' },
        { key: 'notDone', title: 'not done', unit: 'count' },
      ],
      rows: tools.map(({ tool, uses, notDone }) => ({ tool, uses, notDone })),
    },
  ];
}

function engineSection(turns: TurnFigures[]): Section {
  const of = (key: 'recogniser' | 'engine' | 'voice') => [
    ...groupBy(
      turns.filter((row) => row[key] !== ''),
      (row) => row[key],
    ),
  ];
  const rows = [
    ...of('recogniser').map(([engine, group]) => ({
      engine,
      job: 'recogniser',
      turns: totalOf(group, 'turns'),
      minutes: totalOf(group, 'audio_ms') / 60_000,
      cost: totalOf(group, 'listen_cost'),
    })),
    ...of('engine').map(([engine, group]) => ({
      engine,
      job: 'model',
      turns: totalOf(group, 'turns'),
      input: totalOf(group, 'input_tokens'),
      output: totalOf(group, 'output_tokens'),
      cost: totalOf(group, 'reply_cost'),
    })),
    ...of('voice').map(([engine, group]) => ({
      engine,
      job: 'voice',
      turns: totalOf(group, 'turns'),
      characters: totalOf(group, 'characters'),
      cost: totalOf(group, 'speak_cost'),
    })),
  ];
  return {
    key: 'engines',
    title: 'Engines',
    columns: [
      { key: 'engine', title: 'engine', unit: 'text' },
      { key: 'job', title: 'job', unit: 'text' },
      { key: 'turns', title: 'turns', unit: 'count' },
      { key: 'minutes', title: 'audio', unit: 'minutes' },
      { key: 'input', title: 'tokens in', unit: 'count' },
      { key: 'output', title: 'tokens out', unit: 'count' },
      { key: 'characters', title: 'characters', unit: 'count' },
      { key: 'cost', title: 'cost', unit: 'money' },
    ],
    rows,
  };
}
