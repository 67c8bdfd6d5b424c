import { groupBy } from '../../store/report/group-by.ts';
import { type CallFigures, resolutionDays, totalOfCalls } from '../../store/report/read-calls.ts';
import { distributionOf, totalOf, type TurnFigures } from '../../store/report/read-turns.ts';
import { Distribution } from '../../store/report/distribution.ts';
import { figures, known, type Section } from './report.ts';

const percentiles = [0.5, 0.9, 0.95, 0.99];

/** Calls and turns as a whole, what became of the calls, and both by adapter. */
export function summarySections({ turns, calls }: { turns: TurnFigures[]; calls: CallFigures[] }): Section[] {
  return [callSection(turns, calls), turnSection(turns), outcomeSection(calls), adapterSection(turns)];
}

/** What turns cost, in the price table's currency. */
export const costOfTurns = (turns: TurnFigures[]): number =>
  totalOf(turns, 'listen_cost') + totalOf(turns, 'reply_cost') + totalOf(turns, 'speak_cost');

function callSection(turns: TurnFigures[], rows: CallFigures[]): Section {
  const total = (name: Parameters<typeof totalOfCalls>[1]) => totalOfCalls(rows, name);
  const [calls, answered, conversations] = [total('calls'), total('answered'), total('conversations')];
  const handle = new Distribution(rows.map((row) => row.handle));
  const transferred = totalOfCalls(
    rows.filter(({ outcome }) => outcome === 'transferred'),
    'calls',
  );
  const cost = costOfTurns(turns) + total('cost');
  const handleMs = handle.mean * handle.count;
  return figures(
    'calls',
    'Calls',
    [
      ['calls', calls, 'count'],
      ['answered', answered, 'count'],
      ['conversations', conversations, 'count'],
      ['mean handle time', handle.mean / 1_000, 's'],
      ['median handle time', handle.percentile(0.5) / 1_000, 's'],
      ['95th percentile of handle time', handle.percentile(0.95) / 1_000, 's'],
      ['first-call resolution', total('resolved') / conversations, 'share'],
      ['transferred', transferred / conversations, 'share'],
      ['turns a conversation', total('turns') / conversations, 'decimal'],
      ['silence, of handle time', total('silentMs') / handleMs, 'share'],
      ['prompts after silence', total('idlePrompts'), 'count'],
      ...(total('measured') > 0
        ? ([['mean opinion score, estimated', total('mos') / total('measured'), 'decimal']] as never)
        : []),
      ['cost', cost, 'money'],
      ['cost a call', cost / calls, 'money'],
    ],
    `Resolved at once: the caller ended the call, its last turns were answered, and within ${resolutionDays} days the same customer or phone called about nothing of the same domain.`,
  );
}

function turnSection(rows: TurnFigures[]): Section {
  const turns = totalOf(rows, 'turns');
  const share = (name: Parameters<typeof totalOf>[1]) => totalOf(rows, name) / turns;
  const wait = distributionOf(rows, 'voice_to_voice');
  return figures('turns', 'Turns', [
    ['turns', turns, 'count'],
    ...percentiles.map(
      (p) => [`voice to voice, p${100 * p}`, wait.percentile(p), 'ms'] as [string, number, 'ms'],
    ),
    ['answered from the cache', share('from_cache'), 'share'],
    ['interrupted by the caller', share('interrupted'), 'share'],
    ['not understood', share('not_understood'), 'share'],
    ['apologies and failures', (totalOf(rows, 'apologies') + totalOf(rows, 'failed')) / turns, 'share'],
  ]);
}

function outcomeSection(rows: CallFigures[]): Section {
  const calls = totalOfCalls(rows, 'calls');
  const outcomes = [...new Set(rows.map(({ outcome }) => outcome))].map((outcome) => {
    const count = totalOfCalls(
      rows.filter((row) => row.outcome === outcome),
      'calls',
    );
    return { outcome, calls: count, share: count / calls };
  });
  return {
    key: 'outcomes',
    title: 'How calls ended',
    columns: [
      { key: 'outcome', title: 'outcome', unit: 'text' },
      { key: 'calls', title: 'calls', unit: 'count' },
      { key: 'share', title: 'of all', unit: 'share' },
    ],
    rows: outcomes.toSorted((a, b) => b.calls - a.calls),
  };
}

function adapterSection(rows: TurnFigures[]): Section {
  const groups = groupBy(rows, ({ domain, adapter }) => `${domain}, ${adapter}`);
  return {
    key: 'adapters',
    title: 'By domain and adapter',
    columns: [
      { key: 'adapter', title: 'domain, adapter', unit: 'text' },
      { key: 'turns', title: 'turns', unit: 'count' },
      { key: 'p50', title: 'wait p50', unit: 'ms' },
      { key: 'p95', title: 'wait p95', unit: 'ms' },
      { key: 'cache', title: 'cached', unit: 'share' },
      { key: 'cost', title: 'cost', unit: 'money' },
    ],
    rows: [...groups]
      .map(([adapter, group]) => {
        const wait = distributionOf(group, 'voice_to_voice');
        const turns = totalOf(group, 'turns');
        return {
          adapter,
          turns,
          p50: known(wait.percentile(0.5)),
          p95: known(wait.percentile(0.95)),
          cache: totalOf(group, 'from_cache') / turns,
          cost: costOfTurns(group),
        };
      })
      .toSorted((a, b) => b.turns - a.turns),
  };
}
