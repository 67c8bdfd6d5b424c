import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createEmbeddingEngine } from '../engines/embedding/create.ts';
import type { EmbeddingEngine } from '../engines/embedding/engine.ts';
import type { Database } from '../store/database.ts';
import { type AnswerFilter, answerFilterSchema } from '../store/manage-answers.ts';
import { Option } from './clipanion.ts';
import { OrkestraCommand } from './command.ts';
import { withPostgres } from './connect-postgres.ts';
import { CliError, usageError } from './error.ts';
import { findPlaces } from './places.ts';
import { quote } from './settings-option.ts';

/** What the commands for stored answers share: whose answers are meant, and leave to change them. */
export abstract class CacheCommand extends OrkestraCommand {
  tenant = Option.String('--tenant', { description: 'only this tenant’s' });
  domain = Option.String('--domain', { description: 'only this domain’s' });
  language = Option.String('--language', { description: 'only those in this language' });
  adapter = Option.String('--adapter', { description: 'only this adapter’s' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  /** Throws CliError (2) about the first part that can't be one. */
  protected filter(): AnswerFilter {
    const { tenant, domain, language, adapter } = this;
    const given = Object.entries({ tenant, domain, language, adapter }).filter(
      ([, value]) => value !== undefined,
    );
    const parsed = answerFilterSchema.safeParse(Object.fromEntries(given));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw usageError(`--${issue!.path.join('.')}: ${issue!.message}.`);
  }

  /** Runs `act` on the store; `config` is that of the place where it is. */
  protected withStore<T>(act: (database: Database, config: Config) => Promise<T>): Promise<T> {
    const { config } = findPlaces();
    return withPostgres(config.postgres, (database) => act(database, config));
  }

  protected async withEmbedding<T>(act: (embedding: EmbeddingEngine) => Promise<T>): Promise<T> {
    const embedding = createEmbeddingEngine(loadConfig());
    try {
      return await act(embedding);
    } finally {
      await embedding.close();
    }
  }

  /** The parts of the filter, for a sentence. */
  protected get scopeWords(): string {
    const parts = Object.entries(this.filter()).map(([name, value]) => `${name} ${value}`);
    return parts.length > 0 ? ` of ${parts.join(', ')}` : '';
  }
}

/** Such a command that changes what is stored: it asks, or is told not to. */
export abstract class ChangingCacheCommand extends CacheCommand {
  yes = Option.Boolean('--yes', false, { description: 'do it without asking' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'tell what would be done, and do nothing' });

  /** Throws CliError where the user does not want it, or can't be asked. */
  protected async confirm(what: string): Promise<void> {
    if (this.yes || this.dryRun) return;
    const input = this.context.stdin as Readable & { isTTY?: boolean };
    if (!input.isTTY) throw usageError(`This ${what}: say so with --yes, or look first with --dry-run.`);
    const asking = createInterface({ input, output: this.context.stderr });
    try {
      const answer = await asking.question(`This ${what}. Go on? [y/N] `);
      if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.');
    } finally {
      asking.close();
    }
  }
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90m`, `12h`, `30d` in ms. Throws CliError (2). */
export function parseSpan(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && Number(count) > 0) return Number(count) * UNITS[unit as keyof typeof UNITS];
  throw usageError(`${option}: a span is a number and m, h or d, like 30d, not ${quote(text)}.`);
}

/** Throws CliError (2). */
export function parseWhole(option: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw usageError(`${option}: takes a whole number from ${from} to ${to}, not ${quote(text)}.`);
}

/** A cosine. Throws CliError (2). */
export function parseSimilarity(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return value;
  throw usageError(`--similarity: takes a number from 0 to 1, not ${quote(text)}.`);
}
