import type { ReportScope } from '../../store/report/scope.ts';
import { usageError } from '../error.ts';
import { quote } from '../settings-option.ts';

const lasts = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
const HOUR_MS = 3_600_000;

/** A report's range of time, as the command line says it; the last 24 hours where it says nothing. Throws CliError (2). */
export function parseRange(
  { last, from, to }: { last?: string; from?: string; to?: string },
  now = new Date(),
): Pick<ReportScope, 'from' | 'to'> {
  if (last !== undefined && (from ?? to) !== undefined) {
    throw usageError('--last can’t be used together with --from and --to.');
  }
  if (from === undefined && to !== undefined) throw usageError('--to needs --from.');
  if (from === undefined) {
    const hours = lasts[(last ?? '24h') as keyof typeof lasts];
    if (!Object.hasOwn(lasts, last ?? '24h')) {
      throw usageError(`--last: takes ${Object.keys(lasts).join(', ')}, not ${quote(last!)}.`);
    }
    return { from: new Date(now.getTime() - hours * HOUR_MS), to: now };
  }
  const range = { from: parseTime('--from', from), to: to === undefined ? now : parseTime('--to', to) };
  if (range.from >= range.to) {
    const order = range.from > range.to ? 'is the wrong way round' : 'is empty';
    throw usageError(
      `The range from ${range.from.toISOString()} to ${range.to.toISOString()} ${order}: --from must be before --to.`,
    );
  }
  return range;
}

/** ISO 8601: a day, which begins at midnight UTC, or a time; without a zone it is UTC. */
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?(Z|[+-]\d\d:\d\d)?$/;

function parseTime(option: string, text: string): Date {
  const zoned = /T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text;
  const time = ISO.test(text) ? new Date(zoned) : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw usageError(
    `${option}: ${quote(text)} is no time: write 2026-03-01, 2026-03-01T09:30 (UTC) or 2026-03-01T09:30+01:00.`,
  );
}
