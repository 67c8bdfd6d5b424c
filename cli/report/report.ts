import type { CallFigures } from '../../store/report/read-calls.ts';
import type { ReportScope } from '../../store/report/scope.ts';
import type { TurnFigures } from '../../store/report/read-turns.ts';

export const reportKinds = ['summary', 'performance', 'errors', 'usage'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** What a figure is counted in; a `share` is 0–1. */
export type Unit = 'text' | 'count' | 'decimal' | 'ms' | 's' | 'share' | 'money' | 'minutes' | 'time';

export interface Column {
  key: string;
  title: string;
  unit: Unit;
}

export type Cell = string | number | undefined;

/** A table of a report. The first column names the row. */
export interface Section {
  key: string;
  title: string;
  columns: Column[];
  rows: Record<string, Cell>[];
  /** How to read it. */
  note?: string;
}

/** What charts are drawn from. */
export interface ChartData {
  turns: TurnFigures[];
  calls: CallFigures[];
  /** How long a time is one point, ms. */
  binMs: number;
}

export interface Report {
  kind: ReportKind;
  /** What it is of, in words: a range of time, or a session. */
  title: string;
  scope?: ReportScope;
  currency: string;
  sections: Section[];
  charts?: ChartData;
}

/** A section of named figures, each in its own unit. */
export function figures(key: string, title: string, list: [string, Cell, Unit][], note?: string): Section {
  return {
    key,
    title,
    note,
    columns: [
      { key: 'figure', title: 'figure', unit: 'text' },
      { key: 'value', title: 'value', unit: 'decimal' },
      { key: 'unit', title: 'unit', unit: 'text' },
    ],
    rows: list.map(([figure, value, unit]) => ({ figure, value: known(value), unit })),
  };
}

/** What can't be said (no turns to take the mean of) is left open. */
export const known = (value: Cell): Cell =>
  typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
