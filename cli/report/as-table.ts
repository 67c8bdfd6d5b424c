import { formatCell } from './format-cell.ts';
import type { Report, Section, Unit } from './report.ts';

/** A report for a terminal: a table a section. */
export function asTable({ title, sections, currency }: Report): string {
  return [title, ...sections.map((section) => sectionText(section, currency))].join('\n\n') + '\n';
}

/** A section's cells as people read them; a figure that says its unit in its own row has it in the value. */
export function textRows({ columns, rows }: Section, currency: string): string[][] {
  const shown = columns.filter(({ key }) => key !== 'unit');
  return rows.map((row) =>
    shown.map(({ key, unit }) => formatCell(row[key], (row.unit as Unit | undefined) ?? unit, currency)),
  );
}

export const isText = (section: Section) =>
  section.columns.filter(({ key }) => key !== 'unit').map(({ unit }) => unit === 'text');

function sectionText(section: Section, currency: string): string {
  const { title, note, columns } = section;
  const left = isText(section);
  const heading = columns.filter(({ key }) => key !== 'unit').map((column) => column.title);
  const named = heading[0] !== 'figure';
  const rows = [...(named ? [heading] : []), ...textRows(section, currency)];
  const widths = heading.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (left[i] ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  const body = section.rows.length > 0 ? lines.map((line) => `  ${line}`) : ['  none'];
  return [title, ...body, ...(note ? [`  ${note}`] : [])].join('\n');
}
