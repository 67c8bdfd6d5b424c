import { z } from 'zod';
import { domainNameSchema, tenantNameSchema } from '../call/request.ts';
import { callSettingsPatchSchema } from '../call/settings.ts';
import type { AnswerScope } from './answers.ts';
import type { Database } from './database.ts';

/** Which stored answers are meant: all, or those whose scope has these parts. */
export const answerFilterSchema = z
  .object({
    tenant: tenantNameSchema,
    domain: domainNameSchema,
    language: callSettingsPatchSchema.shape.language.unwrap(),
    adapter: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an adapter is 1–64 letters, digits, ., - or _'),
    promptVersion: z.string().regex(/^[0-9a-f]{1,64}$/, 'a prompt version is a row of hex digits'),
  })
  .strict()
  .partial();

export type AnswerFilter = z.infer<typeof answerFilterSchema>;

/** Stored answers of one scope. Times are ISO 8601. */
export interface ScopeStats extends AnswerScope {
  answers: number;
  /** Of these, those that have expired and are no longer given. */
  expired: number;
  /** How often one of them was given. */
  uses: number;
  oldest: string;
  newest: string;
  lastUsed: string | null;
}

export interface CacheStats {
  answers: number;
  expired: number;
  uses: number;
  /** The fullest scopes first, at most 200. */
  scopes: ScopeStats[];
}

/** What is stored, in all and by scope. */
export async function cacheStats(db: Database, filter: AnswerFilter = {}): Promise<CacheStats> {
  const { where, values } = whereOf(filter);
  const counts = `count(*)::float8 as answers, count(*) filter (where expires_at <= now())::float8 as expired,
    coalesce(sum(uses), 0)::float8 as uses`;
  const { rows: scopes } = await db.query<ScopeStats>(
    `select tenant, domain, language, adapter, prompt_version as "promptVersion", model, ${counts},
       ${iso('min(created_at)')} as oldest, ${iso('max(created_at)')} as newest,
       ${iso('max(used_at)')} as "lastUsed"
     from answers ${where} group by 1, 2, 3, 4, 5, 6 order by count(*) desc, 1, 2, 3, 4, 5, 6 limit 200`,
    values,
  );
  const { rows } = await db.query<Omit<CacheStats, 'scopes'>>(
    `select ${counts} from answers ${where}`,
    values,
  );
  return { ...rows[0]!, scopes };
}

/** A stored answer as it is listed. Nothing personal is ever stored, so nothing is masked. */
export interface ListedAnswer {
  id: number;
  tenant: string;
  domain: string;
  language: string;
  adapter: string;
  promptVersion: string;
  question: string;
  answer: string;
  uses: number;
  createdAt: string;
  usedAt: string | null;
  expiresAt: string;
}

export interface AnswerPage {
  answers: ListedAnswer[];
  /** What `after` takes for the next page; absent on the last one. */
  next?: number;
}

export const mostListed = 1_000;

/** Stored answers in the order in which they were stored, `limit` (at most 1,000) after the one with the id `after`. */
export async function listAnswers(
  db: Database,
  filter: AnswerFilter = {},
  { after = 0, limit = 50 }: { after?: number; limit?: number } = {},
): Promise<AnswerPage> {
  const { where, values } = whereOf(filter, [['id > ?', after]]);
  const size = Math.min(Math.max(1, limit), mostListed);
  const { rows } = await db.query<ListedAnswer>(
    `select id::float8, tenant, domain, language, adapter, prompt_version as "promptVersion", question, answer, uses,
       ${iso('created_at')} as "createdAt", ${iso('used_at')} as "usedAt", ${iso('expires_at')} as "expiresAt"
     from answers ${where} order by answers.id limit ${size + 1}`,
    values,
  );
  const answers = rows.slice(0, size);
  return rows.length > size ? { answers, next: answers.at(-1)!.id } : { answers };
}

/** Deletes the stored answers that the filter fits, all of them where it is empty; returns how many. */
export async function clearAnswers(db: Database, filter: AnswerFilter = {}): Promise<number> {
  const { where, values } = whereOf(filter);
  const { rowCount } = await db.query(`delete from answers ${where}`, values);
  return rowCount ?? 0;
}

/** How many stored answers the filter fits. */
export async function countAnswers(db: Database, filter: AnswerFilter = {}): Promise<number> {
  const { where, values } = whereOf(filter);
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::float8 as count from answers ${where}`,
    values,
  );
  return rows[0]!.count;
}

const columns = {
  tenant: 'tenant',
  domain: 'domain',
  language: 'language',
  adapter: 'adapter',
  promptVersion: 'prompt_version',
} as const satisfies Record<keyof AnswerFilter, string>;

/** A `where` clause, empty where nothing is asked for; `?` in a condition stands for its value. */
export function whereOf(
  filter: AnswerFilter,
  more: [condition: string, value: unknown][] = [],
): { where: string; values: unknown[] } {
  const conditions = [
    ...(Object.keys(columns) as (keyof AnswerFilter)[])
      .filter((key) => filter[key] !== undefined)
      .map((key): [string, unknown] => [`${columns[key]} = ?`, filter[key]]),
    ...more,
  ];
  if (conditions.length === 0) return { where: '', values: [] };
  const clauses = conditions.map(([condition], i) => condition.replaceAll('?', `$${i + 1}`));
  return { where: `where ${clauses.join(' and ')}`, values: conditions.map(([, value]) => value) };
}

const iso = (time: string) => `to_char(${time} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
