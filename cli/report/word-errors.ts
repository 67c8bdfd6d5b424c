import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { sessionIdSchema } from '../../call/request.ts';
import { wordErrors } from '../../engines/stt/word-error-rate.ts';
import type { Database } from '../../store/database.ts';
import { groupBy } from '../../store/report/group-by.ts';
import { CliError, usageError } from '../error.ts';
import type { Section } from './report.ts';

/** What was really said in a turn. */
const referenceSchema = z.object({
  session: sessionIdSchema,
  turn: z.coerce.number().int().positive(),
  text: z.string().regex(/[\p{L}\p{N}]/u, 'has no word in it'),
});
export type Reference = z.infer<typeof referenceSchema>;

/** Transcripts that are compared at once. */
const MOST = 100_000;

/**
 * Reads reference transcripts: JSON lines, or CSV whose first line names its columns, each with `session`, `turn` and
 * `text`. Throws CliError (2) that names the line.
 */
export async function readReferences(file: string): Promise<Reference[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`--reference: ${file} can't be read (${error.code ?? error.message}).`);
  });
  const isJson = text.trimStart().startsWith('{');
  const records = isJson ? jsonLines(file, text) : csvLines(file, text);
  if (records.length === 0) throw usageError(`--reference: ${file} holds no transcript.`);
  if (records.length > MOST) throw usageError(`--reference: ${file} holds more than ${MOST} transcripts.`);
  return records.map(({ line, value }) => {
    const result = referenceSchema.safeParse(value);
    if (result.success) return result.data;
    const { path, message } = result.error.issues[0]!;
    throw usageError(`--reference: ${file}, line ${line}: ${[...path, message].join(' ')}.`);
  });
}

function jsonLines(file: string, text: string) {
  return text.split('\n').flatMap((json, i) => {
    if (json.trim() === '') return [];
    try {
      return [{ line: i + 1, value: JSON.parse(json) as unknown }];
    } catch {
      throw usageError(`--reference: ${file}, line ${i + 1} is no JSON.`);
    }
  });
}

function csvLines(file: string, text: string) {
  try {
    const rows = parse(text, { columns: true, skip_empty_lines: true, bom: true, trim: true, info: true });
    return (rows as unknown as { record: unknown; info: { lines: number } }[]).map(({ record, info }) => ({
      line: info.lines,
      value: record,
    }));
  } catch (error) {
    throw usageError(`--reference: ${file} is neither JSON lines nor CSV (${(error as Error).message}).`);
  }
}

/** Compares what was heard with what was said, all together and by recogniser. Throws CliError where no turn fits. */
export async function wordErrorSection(db: Database, references: Reference[]): Promise<Section> {
  const { rows } = await db.query<{ session: string; turn: number; caller: string; recogniser: string }>(
    `select session, turn, caller, recogniser from turns
     join unnest($1::text[], $2::int[]) as wanted (session, turn) using (session, turn)`,
    [references.map(({ session }) => session), references.map(({ turn }) => turn)],
  );
  if (rows.length === 0) throw new CliError('None of the reference transcripts is of a turn that has a row.');
  const said = new Map(references.map(({ session, turn, text }) => [`${session}/${turn}`, text]));
  const compared = rows.map(({ session, turn, caller, recogniser }) => ({
    recogniser: recogniser || 'unknown',
    ...wordErrors(caller, said.get(`${session}/${turn}`)!),
  }));
  const rowOf = (recogniser: string, of: typeof compared) => {
    const errors = of.reduce((sum, one) => sum + one.errors, 0);
    const words = of.reduce((sum, one) => sum + one.words, 0);
    return { recogniser, turns: of.length, words, errors, rate: errors / words };
  };
  const missing = references.length - rows.length;
  return {
    key: 'wordErrors',
    title: 'Words misheard, missing or too many',
    columns: [
      { key: 'recogniser', title: 'recogniser', unit: 'text' },
      { key: 'turns', title: 'turns', unit: 'count' },
      { key: 'words', title: 'words', unit: 'count' },
      { key: 'errors', title: 'errors', unit: 'count' },
      { key: 'rate', title: 'word error rate', unit: 'share' },
    ],
    rows: [
      rowOf('all', compared),
      ...[...groupBy(compared, ({ recogniser }) => recogniser)].map(([name, of]) => rowOf(name, of)),
    ],
    note: missing > 0 ? `${missing} reference transcripts are of turns that have no row.` : undefined,
  };
}
