import { writeFile } from 'node:fs/promises';
import { readPrices } from '../../store/prices.ts';
import { Command, Option } from '../clipanion.ts';
import { parseSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { CliError, usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { findPlaces } from '../places.ts';
import { asCsv, asJson } from '../report/as-data.ts';
import { asHtml } from '../report/as-html.ts';
import { asTable } from '../report/as-table.ts';
import { buildReport } from '../report/build.ts';
import { type Report, type ReportKind, reportKinds } from '../report/report.ts';
import { parseRange } from '../report/scope.ts';
import { sessionReport } from '../report/session.ts';
import { readReferences, wordErrorSection } from '../report/word-errors.ts';
import { quote } from '../settings-option.ts';

const formats = { table: asTable, json: asJson, csv: asCsv, html: asHtml };

export class AnalyticsReport extends OrkestraCommand {
  static override paths = [['analytics-report']];

  static override usage = Command.Usage({
    description: 'report on past calls',
    details: `
      summary: calls, handle time, resolution, what callers waited, cost. performance: every stage's time. errors: what
      went wrong. usage: what was used of which engine, and what it cost. docs/analytics.md says how each figure is made.

      Without a range, it is of the last 24 hours. Times without a zone are UTC. --format html is one file with charts.
      With --reference, the transcripts are compared with those in a file: JSON lines, or CSV with a heading, each with
      session, turn and text.
    `,
    examples: [
      ['The last day', '$0 analytics-report summary'],
      ['A month as a page', '$0 analytics-report summary --last 30d --format html --output month.html'],
      [
        'What one engine cost in March',
        '$0 analytics-report usage --from 2026-03-01 --to 2026-04-01 --engine openai',
      ],
      ['One call', '$0 analytics-report summary --session demo-1'],
    ],
  });

  kind = Option.String({ name: 'REPORT' });
  last = Option.String('--last', { description: '1h, 24h, 7d or 30d' });
  from = Option.String('--from', { description: 'the beginning, as in 2026-03-01 or 2026-03-01T09:30' });
  to = Option.String('--to', { description: 'the end; now, where it is left out' });
  session = Option.String('--session', { description: 'one call, turn by turn' });
  domain = Option.String('--domain', { description: 'calls about this alone' });
  adapter = Option.String('--adapter', { description: 'turns that this adapter answered' });
  engine = Option.String('--engine', { description: 'turns in which this engine took part' });
  reference = Option.String('--reference', {
    description: 'what was really said: gives the word error rate',
  });
  format = Option.String('--format', 'table', { description: 'table, json, csv or html' });
  output = Option.String('--output', { description: 'a file to write to' });

  async run(): Promise<void> {
    const kind = this.parseKind();
    const format = this.parseFormat();
    const session = this.session === undefined ? undefined : parseSession(this.session);
    const { last, from, to, domain, adapter, engine } = this;
    if (session !== undefined && (last ?? from ?? to ?? domain ?? adapter ?? engine) !== undefined) {
      throw usageError('--session is one call: it takes no range and no --domain, --adapter or --engine.');
    }
    const range = parseRange({ last, from, to });
    const references = this.reference === undefined ? [] : await readReferences(this.reference);
    const { config } = findPlaces();
    const { currency } = readPrices(config.analytics.prices);
    const report = await withPostgres(config.postgres, async (db): Promise<Report> => {
      const scope = { ...range, domain, adapter, engine };
      const made =
        session === undefined
          ? await buildReport(db, kind, scope, { currency, drawn: format === 'html' })
          : { kind, ...(await sessionReport(db, session, currency)) };
      if (references.length > 0) made.sections.push(await wordErrorSection(db, references));
      return made;
    });
    await this.deliver(formats[format](report));
  }

  private parseKind(): ReportKind {
    const kind = reportKinds.find((name) => name === this.kind);
    if (kind) return kind;
    throw usageError(
      `There is no report ${quote(this.kind)}.${suggestion(this.kind, reportKinds)} The reports are ${reportKinds.join(', ')}.`,
    );
  }

  private parseFormat(): keyof typeof formats {
    if (Object.hasOwn(formats, this.format)) return this.format as keyof typeof formats;
    throw usageError(`--format: takes ${Object.keys(formats).join(', ')}, not ${quote(this.format)}.`);
  }

  private async deliver(text: string) {
    if (this.output === undefined) {
      this.context.stdout.write(text);
      return;
    }
    await writeFile(this.output, text).catch((error: NodeJS.ErrnoException) => {
      throw new CliError(
        `${this.output} can't be written (${error.code ?? error.message}): name a file in a folder that is there and yours.`,
      );
    });
    this.note(`Written to ${this.output}.`);
  }
}
