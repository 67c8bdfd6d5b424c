import type { Database } from '../../store/database.ts';
import { readCalls } from '../../store/report/read-calls.ts';
import { readTools, readTurns } from '../../store/report/read-turns.ts';
import { binOf, HOUR_MS, type ReportScope } from '../../store/report/scope.ts';
import type { Duration } from '../../store/turn-hours.ts';
import { CliError } from '../error.ts';
import { errorSections } from './errors.ts';
import { performanceSections, waitStages } from './performance.ts';
import type { Report, ReportKind } from './report.ts';
import { summarySections } from './summary.ts';
import { usageSections } from './usage.ts';

/** Durations that a report is made from; what it does not show is not read. */
const durationsFor: Record<ReportKind, readonly Duration[]> = {
  summary: ['voice_to_voice'],
  performance: ['voice_to_voice', ...waitStages, 'first_token', 'first_voice'],
  errors: [],
  usage: [],
};

/** Makes a report of the rows of a scope. `drawn`: with all that its charts need. Throws CliError where there are none. */
export async function buildReport(
  db: Database,
  kind: ReportKind,
  scope: ReportScope,
  { currency, drawn }: { currency: string; drawn: boolean },
): Promise<Report> {
  const binMs = binOf(scope);
  const durations = drawn && kind === 'summary' ? durationsFor.performance : durationsFor[kind];
  const turns = await readTurns(db, scope, durations, binMs);
  // By the hour of the day, too.
  const calls = await readCalls(db, scope, Math.min(binMs, HOUR_MS));
  if (turns.length === 0 && calls.length === 0) {
    throw new CliError(`There is nothing to report: no turn and no call fits ${titleOf(kind, scope)}.`);
  }
  const tools = kind === 'usage' || kind === 'errors' ? await readTools(db, scope) : [];
  const figures = { turns, calls, tools };
  const sections = {
    summary: () => summarySections(figures),
    performance: () => performanceSections(figures),
    errors: () => errorSections(figures),
    usage: () => usageSections(figures),
  };
  return {
    kind,
    title: titleOf(kind, scope),
    scope,
    currency,
    sections: sections[kind](),
    charts: drawn ? { turns, calls, binMs } : undefined,
  };
}

function titleOf(kind: ReportKind, { from, to, domain, adapter, engine }: ReportScope): string {
  const filters = Object.entries({ domain, adapter, engine }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [`${kind}: ${minute(from)} to ${minute(to)} UTC`, ...filters].join(', ');
}

const minute = (time: Date) => time.toISOString().slice(0, 16).replace('T', ' ');
