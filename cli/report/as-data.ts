import { stringify } from 'csv-stringify/sync';
import type { Report } from './report.ts';

/** A report as one JSON object: each section's rows by its key, numbers unrounded, shares 0–1. */
export function asJson({ kind, scope, currency, sections }: Report): string {
  const { from, to, ...filters } = scope ?? {};
  const tables = Object.fromEntries(sections.map(({ key, rows }) => [key, rows]));
  return `${JSON.stringify({ report: kind, from, to, ...filters, currency, ...tables }, null, 2)}\n`;
}

/** A report as CSV: a line a figure, so that all tables of a report fit into one file. */
export function asCsv({ kind, sections, currency }: Report): string {
  const lines = sections.flatMap((section) => {
    const names = section.columns.filter(({ key, unit }) => unit === 'text' && key !== 'unit');
    const values = section.columns.filter(({ unit }) => unit !== 'text');
    return section.rows.flatMap((row) => {
      const item = names.map(({ key }) => row[key]).join(', ');
      return values.map(({ key, unit }) => {
        const counted = (row.unit as string | undefined) ?? unit;
        return [kind, section.key, item, key, row[key], counted === 'money' ? currency : counted];
      });
    });
  });
  return stringify([['report', 'section', 'item', 'figure', 'value', 'unit'], ...lines]);
}
