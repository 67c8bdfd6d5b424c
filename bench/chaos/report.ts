import { percentile, table } from '../statistics.ts';
import type { ViolationKind } from './checks/violation.ts';
import type { FaultResult } from './trials.ts';

/** Violations that are written out; the rest is counted. */
const SHOWN = 12;
/** Callers who stand still for longer in mid-word have stopped speaking, as a gateway sees it, ms. */
const UNHEARD_MS = 300;

const countOf = ({ violations }: FaultResult, ...kinds: ViolationKind[]) =>
  violations.filter(({ kind }) => kinds.includes(kind)).length;

const p95 = ({ silences }: FaultResult) => percentile(silences, 0.95);

/** Whether every invariant held, and callers were kept waiting no longer than they may be. */
export function isMet(result: FaultResult): boolean {
  const { resumeP95Ms } = result.fault;
  const late = resumeP95Ms !== undefined && result.silences.length > 0 && p95(result) > resumeP95Ms;
  if (result.notes.some(({ held }) => !held)) return false;
  return result.violations.length === 0 && result.deaths.length === 0 && !late;
}

/** What was compared, and what did not hold. */
export function summaryOf(result: FaultResult): string {
  const { fault, compared, violations, deaths } = result;
  const lines = [
    `${fault.name}: compared ${compared.utterances} utterances with ${compared.turns} turns in ${compared.calls} histories ` +
      `(${compared.events} events), ${compared.rows} rows, ${compared.effects} effects, ${compared.streams} streams, ` +
      `${compared.recordings} recordings, and ${compared.parts} parts of sentences of 20 ms`,
    ...violations.slice(0, SHOWN).map(({ kind, session, what }) => `  ${kind}: ${session}: ${what}`),
  ];
  if (violations.length > SHOWN) lines.push(`  and ${violations.length - SHOWN} more`);
  for (const { line, held } of result.notes) lines.push(`  ${line}: ${held ? 'met' : 'MISSED'}`);
  for (const death of deaths) lines.push(`  a process died by itself: ${death}`);
  const stood = Math.round(result.stoodStillMs);
  if (stood > UNHEARD_MS) {
    lines.push(
      `  the callers themselves stood still for up to ${stood} ms: the machine was too busy to be sure`,
    );
  }
  // Each by itself too: a run that is cut off has said what it found.
  return `${lines.join('\n')}\n${tableOf([result])}\n`;
}

/** A row a fault. */
export function tableOf(results: readonly FaultResult[]): string {
  const head = [
    'fault',
    'of each',
    'trials',
    'calls',
    'turns',
    'calls lost',
    'turns lost',
    'doubled',
    'effects twice',
    'repeated',
    'other',
  ];
  const rows = results.map((result) => {
    const { fault, copies, trials, compared, silences, seed } = result;
    const ms = (p: number) => (silences.length === 0 ? '–' : Math.round(percentile(silences, p)));
    return [
      fault.name,
      copies,
      trials,
      compared.calls,
      compared.turns,
      countOf(result, 'call lost'),
      countOf(result, 'turn lost', 'words missing', 'effect missing'),
      countOf(result, 'turn doubled'),
      countOf(result, 'effect twice'),
      countOf(result, 'sentence repeated'),
      countOf(result, 'records differ'),
      silences.length,
      ms(0.5),
      ms(0.95),
      result.broken,
      seed,
    ];
  });
  return table([[...head, 'turns hit', 'silence p50 ms', 'p95', 'broken off', 'seed'], ...rows]);
}
