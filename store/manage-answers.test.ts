import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import {
  type AnswerScope,
  answerToWords,
  closestAnswers,
  dropExpired,
  keepAnswer,
  noteUse,
} from './answers.ts';
import { type Database, openDatabase } from './database.ts';
import { answerFilterSchema, cacheStats, clearAnswers, countAnswers, listAnswers } from './manage-answers.ts';
import { migrate } from './migrate.ts';

const DAY = 86_400_000;

/** A unit vector near the first axis: the closer, the smaller `angle` (radians). */
function near(angle: number): Float32Array {
  const vector = new Float32Array(384);
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  return vector;
}

describe('stored answers', () => {
  let database: Database;
  let scope: AnswerScope;
  beforeAll(async () => {
    database = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(database);
  });
  afterAll(() => database.end());
  beforeEach(() => {
    scope = {
      tenant: `t-${randomUUID().slice(0, 8)}`,
      domain: 'banking',
      language: 'en',
      adapter: 'default',
      promptVersion: 'abc123',
      model: 'scripted',
    };
  });

  const keep = (question: string, angle = 0, keepMs = DAY, within = scope) =>
    keepAnswer(database, within, { question, answer: `about ${question}`, embedding: near(angle) }, keepMs);
  const closest = (within = scope, atLeast = 0.5) =>
    closestAnswers(database, within, { embedding: near(0), atLeast, most: 3 });

  test('are found closest first, none that is too far', async () => {
    await keep('far', 1.5);
    await keep('near', 0.2);
    await keep('nearest', 0.1);
    expect((await closest()).map(({ question }) => question)).toEqual(['nearest', 'near']);
    expect((await closest())[0]!.similarity).toBeCloseTo(Math.cos(0.1), 4);
  });

  test.each(['tenant', 'domain', 'language', 'adapter', 'promptVersion', 'model'] as const)(
    'of another %s are not found, however close',
    async (part) => {
      await keep('Opening hours?', 0, DAY, { ...scope, [part]: 'other' });
      expect(await closest()).toEqual([]);
      expect(await answerToWords(database, scope, 'opening hours')).toBeUndefined();
    },
  );

  test('are found by their words, whatever case and punctuation', async () => {
    await keep('What are your opening hours?');
    expect(await answerToWords(database, scope, 'what are YOUR opening hours')).toMatchObject({
      answer: 'about What are your opening hours?',
      similarity: 1,
    });
  });

  test('stay as they were first kept, until they have expired', async () => {
    expect(await keep('Opening hours?', 0.3)).toBe(true);
    expect(await keep('opening hours', 0.1)).toBe(false);
    const [found] = await closest();
    expect(found).toMatchObject({ question: 'Opening hours?' });
    await database.query(`update answers set expires_at = now() - interval '1 s' where id = $1`, [found!.id]);
    expect(await closest()).toEqual([]);
    expect(await answerToWords(database, scope, 'Opening hours?')).toBeUndefined();
    expect(await keep('opening hours', 0.1)).toBe(true);
    expect(await closest()).toMatchObject([{ question: 'opening hours' }]);
  });

  test('that have expired are dropped, the others stay', async () => {
    await keep('old', 0.1, -1);
    await keep('new', 0.2);
    expect(await dropExpired(database)).toBeGreaterThanOrEqual(1);
    expect((await listAnswers(database, { tenant: scope.tenant })).answers).toMatchObject([
      { question: 'new' },
    ]);
  });

  test('of a large scope are found among many closer ones of other scopes', async () => {
    const fill = (tenant: string, count: number, from: number) =>
      database.query(
        `insert into answers (tenant, domain, language, adapter, prompt_version, model, question, words, answer,
           embedding, expires_at)
         select $1, 'banking', 'en', 'default', 'abc123', 'scripted', 'q ' || i, 'q ' || i, 'a ' || i,
           (array[cos($2::float8 + i * 0.0001), sin($2::float8 + i * 0.0001)] || array_fill(0::float8, array[382]))::vector,
           now() + interval '1 day'
         from generate_series(1, $3::int) i`,
        [tenant, from, count],
      );
    const crowd = `${scope.tenant}-crowd`;
    await fill(crowd, 600, 0.1);
    await fill(scope.tenant, 520, 0.4);
    expect(await closest(scope, 0.8)).toMatchObject([
      { question: 'q 1' },
      { question: 'q 2' },
      { question: 'q 3' },
    ]);
    expect(await closest(scope, 0.95)).toEqual([]);
    expect(await clearAnswers(database, { tenant: crowd })).toBe(600);
  });

  test('are counted by scope, with their uses', async () => {
    await keep('one', 0.1);
    await keep('two', 0.2, -1);
    await noteUse(database, (await closest())[0]!.id);
    const stats = await cacheStats(database, { tenant: scope.tenant });
    expect(stats).toMatchObject({ answers: 2, expired: 1, uses: 1 });
    expect(stats.scopes).toMatchObject([{ ...scope, answers: 2, expired: 1, uses: 1 }]);
    expect(stats.scopes[0]!.lastUsed).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test('are listed page by page', async () => {
    for (const question of ['a', 'b', 'c']) await keep(question);
    const filter = { tenant: scope.tenant };
    const first = await listAnswers(database, filter, { limit: 2 });
    expect(first.answers.map(({ question }) => question)).toEqual(['a', 'b']);
    const second = await listAnswers(database, filter, { after: first.next, limit: 2 });
    expect(second).toMatchObject({ answers: [{ question: 'c', uses: 0, usedAt: null }] });
    expect(second.next).toBeUndefined();
  });

  test('are cleared where the filter fits and nowhere else', async () => {
    await keep('here');
    await keep('there', 0, DAY, { ...scope, domain: 'clinic' });
    expect(await clearAnswers(database, { tenant: scope.tenant, domain: 'clinic' })).toBe(1);
    expect(await countAnswers(database, { tenant: scope.tenant })).toBe(1);
  });

  test.each([
    [{ domain: "banking'; drop table answers; --" }],
    [{ tenant: 'A B' }],
    [{ colour: 'red' }],
    [{ promptVersion: '%' }],
  ])('a filter like %j is refused', (filter) => {
    expect(answerFilterSchema.safeParse(filter).success).toBe(false);
  });
});
