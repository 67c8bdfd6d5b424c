import { createReadStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import {
  pairsOfIntents,
  type Pair,
  refusal,
  warmAnswers,
  type Warming,
} from '../../activities/recall/warm.ts';
import { defaultTenant } from '../../call/request.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import type { Domain } from '../../domains/domain.ts';
import { domainNames, findDomain, promptVersionOf } from '../../domains/registry.ts';
import { AnswerFileError, exportLines, type FileAnswer, readAnswerFile } from '../../store/answer-file.ts';
import { importAnswers } from '../../store/import-answers.ts';
import { CacheCommand, ChangingCacheCommand } from '../cache-command.ts';
import { Command, Option } from '../clipanion.ts';
import { CliError, usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { quote } from '../settings-option.ts';

export class CacheExport extends CacheCommand {
  static override paths = [['cache-manager', 'export']];

  static override usage = Command.Usage({
    description: 'write stored answers into a file',
    details: `
      JSON lines with a checksum at their end, for \`cache-manager import\`. What has expired stays behind. A file that is
      there already is not overwritten.
    `,
    examples: [['A domain’s', '$0 cache-manager export clinic.jsonl --domain clinic']],
  });

  file = Option.String({ name: 'FILE' });

  async run(): Promise<void> {
    const filter = this.filter();
    if (existsSync(this.file))
      throw new CliError(`${this.file} is there already: choose another name, or delete it.`);
    const answers = await this.withEmbedding((embedding) =>
      this.withStore(async (database) => {
        const lines = exportLines(database, filter, {
          model: embedding.name,
          dimensions: embedding.dimensions,
        });
        return writeLines(this.file, lines);
      }),
    );
    // The header and the end are lines too.
    const exported = answers - 2;
    if (this.json) return this.printJson({ exported, file: this.file });
    this.print(`${exported} stored answers${this.scopeWords} are in ${this.file}.`);
  }
}

/** Under another name first: a file that is there is whole. */
async function writeLines(file: string, lines: AsyncIterable<string>): Promise<number> {
  const unfinished = `${file}.${process.pid}.part`;
  let written = 0;
  try {
    const out = await open(unfinished, 'wx');
    try {
      for await (const line of lines) {
        await out.write(`${line}\n`);
        written += 1;
      }
    } finally {
      await out.close();
    }
    await rename(unfinished, file);
    return written;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw fileError(file, error, 'written');
  }
}

export class CacheImport extends ChangingCacheCommand {
  static override paths = [['cache-manager', 'import']];

  static override usage = Command.Usage({
    description: 'put exported answers back into the store',
    details: `
      The whole file is checked first; then all of its answers go in together, or none. What is stored already stays as
      it is.
    `,
    examples: [['See what it holds', '$0 cache-manager import clinic.jsonl --dry-run']],
  });

  file = Option.String({ name: 'FILE' });

  async run(): Promise<void> {
    const filter = this.filter();
    const fits = (answer: FileAnswer) =>
      Object.entries(filter).every(([part, value]) => answer[part as keyof typeof filter] === value);
    const result = await this.withEmbedding(async ({ name: model, dimensions }) => {
      const read = () => only(readAnswerFile(linesOf(this.file), { model, dimensions }), fits);
      const found = await this.check(read());
      if (this.dryRun || found === 0) return { found, imported: 0, skipped: 0 };
      await this.confirm(`stores ${found} answers from ${this.file}`);
      return this.withStore(async (database) => ({
        found,
        ...(await importAnswers(database, read(), model)),
      }));
    }).catch((error: unknown) => {
      if (error instanceof AnswerFileError) {
        throw new CliError(`${this.file} can't be imported, and nothing was changed. ${error.message}`);
      }
      throw fileError(this.file, error, 'read');
    });
    if (this.json) return this.printJson({ ...result, dryRun: this.dryRun });
    const { found, imported, skipped } = result;
    if (this.dryRun) this.print(`${this.file} is whole and holds ${found} answers.`);
    else this.print(`${imported} answers were stored; ${skipped} were there already, or have expired.`);
  }

  /** Reads the file to its end; what may not be stored may not be imported. */
  private async check(answers: AsyncIterable<FileAnswer>): Promise<number> {
    let found = 0;
    for await (const answer of answers) {
      const reason = refusal(answer, findDomain(answer.domain)?.instructions ?? '');
      if (reason !== undefined) {
        throw new AnswerFileError(`Its answer ${found + 1} may not be stored: ${reason}.`);
      }
      found += 1;
    }
    return found;
  }
}

async function* only(answers: AsyncIterable<FileAnswer>, fits: (answer: FileAnswer) => boolean) {
  for await (const answer of answers) if (fits(answer)) yield answer;
}

/** Opened when it is first asked for a line: lines that come before anybody reads them would be lost. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

export class CacheWarm extends ChangingCacheCommand {
  static override paths = [['cache-manager', 'warm']];

  static override usage = Command.Usage({
    description: 'store answers before anybody asks',
    details: `
      From FILE, a JSON object a line, {"question": …, "answer": …}; or, with --intents, from the examples of the domain's
      intents and the answers that it gives them without a tool. What may not be stored is listed with its reason.
    `,
    examples: [
      ['From a file', '$0 cache-manager warm answers.jsonl --domain clinic'],
      ['From what the domain knows', '$0 cache-manager warm --intents --domain banking'],
    ],
  });

  file = Option.String({ name: 'FILE', required: false });
  intents = Option.Boolean('--intents', false, { description: 'the examples of the domain’s intents' });

  async run(): Promise<number> {
    const filter = this.filter();
    const domain = this.domainGiven();
    if ((this.file === undefined) !== this.intents) {
      throw usageError('Give a FILE of questions and answers, or --intents; not both.');
    }
    const pairs = this.file === undefined ? await pairsOfIntents(domain) : await readPairs(this.file);
    const scope = {
      tenant: filter.tenant ?? defaultTenant,
      domain: domain.name,
      language: filter.language ?? defaultCallSettings.language,
      adapter: filter.adapter ?? 'default',
      promptVersion: promptVersionOf(domain),
    };
    const warming = await this.withEmbedding((embedding) =>
      this.withStore((database, { cache }) =>
        warmAnswers({ database, embedding }, scope, pairs, {
          keepMs: cache.keepHours * 3_600_000,
          ours: domain.instructions,
          dryRun: this.dryRun,
        }),
      ),
    );
    this.show(warming);
    return warming.refused.length === pairs.length && pairs.length > 0 ? 1 : 0;
  }

  private show({ stored, present, refused }: Warming) {
    if (this.json) return this.printJson({ stored, present, refused, dryRun: this.dryRun });
    for (const { question, reason } of refused) this.note(`not stored: “${question}”: ${reason}`);
    const were = this.dryRun ? 'would be' : 'were';
    this.print(
      `${stored} answers ${were} stored, ${present} were there already, ${refused.length} may not be.`,
    );
  }

  private domainGiven(): Domain {
    const name = this.domain;
    const domain = name === undefined ? undefined : findDomain(name);
    if (domain) return domain;
    const names = domainNames();
    throw usageError(
      name === undefined
        ? `--domain: say which: ${names.join(', ')}.`
        : `--domain: there is no domain ${quote(name)}.${suggestion(name, names)} The domains are ${names.join(', ')}.`,
    );
  }
}

const pairSchema = z
  .object({ question: z.string().trim().min(1), answer: z.string().trim().min(1).max(20_000) })
  .strict();
/** Bytes of a file of pairs: it is read whole. */
const LARGEST_FILE = 50_000_000;

/** Throws CliError about the first line that is wrong. */
async function readPairs(file: string): Promise<Pair[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(file, error, 'read');
  });
  if (bytes.length > LARGEST_FILE)
    throw new CliError(`${file} is larger than ${LARGEST_FILE / 1e6} MB: cut it in parts.`);
  const pairs: Pair[] = [];
  for (const [i, line] of bytes.toString('utf8').split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const pair = pairSchema.safeParse(asJson(line));
    if (!pair.success) {
      throw new CliError(
        `${file}, line ${i + 1}: write {"question": "…", "answer": "…"}, one object a line. Nothing was changed.`,
      );
    }
    pairs.push(pair.data);
  }
  if (pairs.length === 0) throw new CliError(`${file} holds no questions.`);
  return pairs;
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What the file system says, as a sentence; any other error as it is. */
function fileError(file: string, error: unknown, done: 'read' | 'written'): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall === 'connect') return error;
  if (code === 'ENOENT' && done === 'read') return new CliError(`There is no file ${file}.`);
  return new CliError(`${file} can't be ${done} (${code}).`, 1, { cause: error });
}
