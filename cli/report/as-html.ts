import { version } from '../../config/package.ts';
import { isText, textRows } from './as-table.ts';
import { type Chart, chartsOf } from './charts.ts';
import { formatCell } from './format-cell.ts';
import type { Report, Section, Unit } from './report.ts';

/** A report as one HTML file without scripts, fonts or anything else from elsewhere. */
export function asHtml(report: Report): string {
  const { kind, title, currency, sections, charts } = report;
  const drawn = charts ? chartsOf(kind, charts, currency) : [];
  const heads = sections.flatMap((section) => highlights(section, currency)).slice(0, 8);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Orkestra: ${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>Orkestra</h1><p>${escape(title)}</p></header>
<main>
${heads.length > 0 ? `<div class="tiles">${heads.join('')}</div>` : ''}
<div class="charts">${drawn.map(chartHtml).join('\n')}</div>
<div class="tables">${sections.map((section) => sectionHtml(section, currency)).join('\n')}</div>
</main>
<footer>Made by Orkestra ${escape(version)}. Times are UTC.</footer>
</body>
</html>
`;
}

/** Figures that stand at the top, by their names. */
const prominent = new Map([
  ['calls', 'calls'],
  ['mean handle time', 'mean handle time'],
  ['first-call resolution', 'resolved at once'],
  ['turns', 'turns'],
  ['voice to voice, p50', 'voice to voice p50'],
  ['voice to voice, p95', 'voice to voice p95'],
  ['answered from the cache', 'from the cache'],
  ['cost', 'cost'],
]);

function highlights({ rows }: Section, currency: string): string[] {
  return rows.flatMap(({ figure, value, unit }) => {
    const name = prominent.get(String(figure));
    if (!name) return [];
    return `<div><strong>${escape(formatCell(value, unit as Unit, currency))}</strong><span>${escape(name)}</span></div>`;
  });
}

function chartHtml({ title, svg, legend }: Chart): string {
  const entries = legend.map(
    ({ color, label }) => `<li><i style="background:${color}"></i>${escape(label)}</li>`,
  );
  return `<figure><figcaption>${escape(title)}</figcaption>${
    entries.length > 0 ? `<ul>${entries.join('')}</ul>` : ''
  }<div class="plot">${svg}</div></figure>`;
}

function sectionHtml(section: Section, currency: string): string {
  const { title, columns, note } = section;
  const text = isText(section);
  const cell = (tag: string) => (value: string, i: number) =>
    `<${tag}${text[i] ? '' : ' class="n"'}>${escape(value)}</${tag}>`;
  const heading = columns.filter(({ key }) => key !== 'unit').map((column) => column.title);
  const head = heading[0] === 'figure' ? '' : `<thead><tr>${heading.map(cell('th')).join('')}</tr></thead>`;
  const rows = textRows(section, currency).map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`);
  const body = rows.length > 0 ? `<table>${head}<tbody>${rows.join('')}</tbody></table>` : '<p>none</p>';
  return `<section><h2>${escape(title)}</h2><div class="scroll">${body}</div>${
    note ? `<p class="note">${escape(note)}</p>` : ''
  }</section>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

const style = `
:root { --page: #f6f7f9; --card: #fff; --ink: #1c2128; --soft: #5c6670; --line: #d9dee4; }
@media (prefers-color-scheme: dark) {
  :root { --page: #111418; --card: #1a1f25; --ink: #e4e8ec; --soft: #9aa5b1; --line: #313841; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 1320px; margin: 0 auto; }
h1 { font-size: 1.35rem; margin: 0; letter-spacing: .01em; }
header p { margin: .1rem 0 1.2rem; color: var(--soft); }
h2, figcaption { font-size: .95rem; font-weight: 600; margin: 0 0 .5rem; }
.tiles div, figure, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles div { padding: .75rem .9rem; }
.tiles strong { display: block; font-size: 1.3rem; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .85rem; }
.charts, .tables { display: grid; gap: .75rem; margin-bottom: .75rem; }
.charts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 23rem), 1fr)); }
.tables { grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); }
figure, section { margin: 0; padding: .9rem 1rem; min-width: 0; }
figure { display: flex; flex-direction: column; }
.plot { margin-top: auto; }
figure ul { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0 0 .4rem; padding: 0; font-size: .82rem; color: var(--soft); }
figure i { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-right: .35rem; }
.plot svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { padding: .28rem .6rem .28rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: .6rem; padding-right: 0; }
.note { color: var(--soft); font-size: .82rem; margin: .6rem 0 0; }
footer { color: var(--soft); font-size: .82rem; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin-bottom: .75rem; }
@media (min-width: 80rem) { .tiles { grid-template-columns: repeat(8, 1fr); } .tiles strong { font-size: 1.2rem; } }
@media (max-width: 40rem) { .tiles { grid-template-columns: repeat(2, 1fr); } }
@media (max-width: 30rem) { body { padding: .75rem; } }
@media print { body { background: none; } figure, section { break-inside: avoid; } }
`;
