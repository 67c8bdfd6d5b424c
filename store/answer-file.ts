import { clipped } from '../config/schema-words.ts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { longestQuestion } from './answers.ts';
import type { Database } from './database.ts';
import { type AnswerFilter, answerFilterSchema, whereOf } from './manage-answers.ts';

/**
 * Stored answers as a file of JSON lines, UTF-8: a header, a line an answer, and an end that says how many there were
 * and what all lines before it hash to, so that a file that was cut or changed is known.
 */
const FORMAT = 'orkestra-answers';
const VERSION = 1;
const PAGE = 200;
const headerSchema = z
  .object({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    /** The embedding model that made the vectors. */
    model: z.string().max(64),
    dimensions: z.number().int().positive(),
    exportedAt: z.iso.datetime(),
  })
  .strict();

const answerSchema = answerFilterSchema
  .required()
  .extend({
    promptVersion: z.string().max(64),
    question: z.string().min(1).max(longestQuestion),
    answer: z.string().min(1).max(20_000),
    /** Little-endian float32, base64. */
    embedding: z.base64(),
    uses: z.number().int().nonnegative().max(2_147_483_647),
    createdAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime(),
  })
  .strict();

const endSchema = z
  .object({ end: z.literal(true), answers: z.number().int().nonnegative(), sha256: z.string() })
  .strict();

export type FileAnswer = z.infer<typeof answerSchema>;

/** What is wrong with a file, as a sentence; nothing was changed. */
export class AnswerFileError extends Error {
  override name = 'AnswerFileError';
}

/** The lines of an export of what the filter fits and `model` embedded, without line ends. */
export async function* exportLines(
  db: Database,
  filter: AnswerFilter,
  { model, dimensions }: { model: string; dimensions: number },
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const line = (value: object) => {
    const text = JSON.stringify(value);
    hash.update(`${text}\n`);
    return text;
  };
  const exportedAt = new Date().toISOString();
  yield line({ format: FORMAT, version: VERSION, model, dimensions, exportedAt });
  let answers = 0;
  for (let after = '0'; ;) {
    const { where, values } = whereOf(filter, [
      ['model = ?', model],
      ['id > ?', after],
      ['expires_at > ?', exportedAt],
    ]);
    const { rows } = await db.query<Row>(
      `select id::text, tenant, domain, language, adapter, prompt_version, question, answer,
         embedding::text as embedding, uses, created_at, used_at, expires_at
       from answers ${where} order by answers.id limit ${PAGE}`,
      values,
    );
    for (const row of rows) yield line(asLine(row));
    answers += rows.length;
    if (rows.length < PAGE) break;
    after = rows.at(-1)!.id;
  }
  yield JSON.stringify({ end: true, answers, sha256: hash.digest('hex') });
}

interface Row {
  id: string;
  tenant: string;
  domain: string;
  language: string;
  adapter: string;
  prompt_version: string;
  question: string;
  answer: string;
  embedding: string;
  uses: number;
  created_at: Date;
  used_at: Date | null;
  expires_at: Date;
}

function asLine(row: Row): FileAnswer {
  const { tenant, domain, language, adapter, question, answer, uses, created_at, used_at, expires_at } = row;
  const vector = Float32Array.from(JSON.parse(row.embedding) as number[]);
  return {
    tenant,
    domain,
    language: language as FileAnswer['language'],
    adapter,
    promptVersion: row.prompt_version,
    question,
    answer,
    uses,
    embedding: Buffer.from(vector.buffer).toString('base64'),
    createdAt: created_at.toISOString(),
    usedAt: used_at?.toISOString() ?? null,
    expiresAt: expires_at.toISOString(),
  };
}

/**
 * Reads a file, line by line; yields its answers. What it yields is worth something only once it has come to its end:
 * before that it may throw AnswerFileError.
 */
export async function* readAnswerFile(
  lines: AsyncIterable<string>,
  wanted: { model: string; dimensions: number },
): AsyncGenerator<FileAnswer> {
  const hash = createHash('sha256');
  let number = 0;
  let answers = 0;
  let ended = false;
  for await (const text of lines) {
    number += 1;
    if (ended) throw new AnswerFileError(`line ${number}: something follows the end of the export.`);
    const value = parseLine(text, number);
    if (number === 1) {
      checkHeader(value, wanted);
    } else if (typeof value === 'object' && value !== null && 'end' in value) {
      const end = endSchema.safeParse(value);
      if (!end.success || end.data.answers !== answers || end.data.sha256 !== hash.digest('hex')) {
        throw new AnswerFileError('The file was changed after it was exported: its checksum does not fit.');
      }
      ended = true;
      continue;
    } else {
      yield checkAnswer(value, number, wanted.dimensions);
      answers += 1;
    }
    hash.update(`${text}\n`);
  }
  if (number === 0) throw new AnswerFileError('The file is empty.');
  if (!ended) throw new AnswerFileError(`The file was cut off: after line ${number}, its end is missing.`);
}

function parseLine(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerFileError(
      number === 1
        ? 'This is no export of stored answers.'
        : `line ${number}: the file is cut off or damaged here.`,
    );
  }
}

function checkHeader(value: unknown, wanted: { model: string; dimensions: number }) {
  const header = headerSchema.safeParse(value);
  if (!header.success) {
    const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
    throw new AnswerFileError(
      format === FORMAT && version !== undefined && version !== VERSION
        ? `This export is of version ${clipped(JSON.stringify(version))}; version ${VERSION} can be read.`
        : 'This is no export of stored answers.',
    );
  }
  const { model, dimensions } = header.data;
  if (dimensions !== wanted.dimensions) {
    throw new AnswerFileError(
      `Its vectors have ${dimensions} dimensions; the store's have ${wanted.dimensions}.`,
    );
  }
  if (model !== wanted.model) {
    throw new AnswerFileError(
      `Its vectors were made by ${JSON.stringify(model)}; ${wanted.model} is used here, and the two can't be compared.`,
    );
  }
}

function checkAnswer(value: unknown, number: number, dimensions: number): FileAnswer {
  const answer = answerSchema.safeParse(value);
  if (!answer.success) {
    const [issue] = answer.error.issues;
    throw new AnswerFileError(`line ${number}: ${issue!.path.join('.') || 'the answer'}: ${issue!.message}.`);
  }
  const vector = vectorOf(answer.data);
  if (vector.length !== dimensions) {
    throw new AnswerFileError(
      `line ${number}: its vector has ${vector.length} dimensions; the store's have ${dimensions}.`,
    );
  }
  if (!vector.every(Number.isFinite))
    throw new AnswerFileError(`line ${number}: its vector holds what is no number.`);
  return answer.data;
}

/** Numbers of a line's vector. */
export function vectorOf({ embedding }: FileAnswer): number[] {
  const bytes = Buffer.from(embedding, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readFloatLE(i * 4));
}
