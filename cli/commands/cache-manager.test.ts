import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { createScriptedEmbedding } from '../../engines/embedding/scripted.ts';
import { type AnswerScope, keepAnswer, noteUse } from '../../store/answers.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { countAnswers, listAnswers } from '../../store/manage-answers.ts';
import { migrate } from '../../store/migrate.ts';
import { orkestra } from '../testing/captured-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'orkestra-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

describe('cache-manager', () => {
  let database: Database;
  let tenant: string;
  let scope: AnswerScope;
  const before = process.env.ORKESTRA_EMBEDDING;

  beforeAll(async () => {
    process.env.ORKESTRA_EMBEDDING = 'scripted';
    database = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(database);
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.ORKESTRA_EMBEDDING;
    else process.env.ORKESTRA_EMBEDDING = before;
    await database.end();
  });
  beforeEach(() => {
    tenant = `t-${randomUUID().slice(0, 8)}`;
    scope = {
      tenant,
      domain: 'clinic',
      language: 'en',
      adapter: 'default',
      promptVersion: 'abc123',
      model: 'scripted',
    };
  });

  async function keep(question: string, answer = 'From nine to five.', domain = 'clinic') {
    const [embedding] = await createScriptedEmbedding().embed([question]);
    await keepAnswer(database, { ...scope, domain }, { question, answer, embedding: embedding! }, 3_600_000);
    return (await stored()).at(-1)!.id;
  }
  const stored = async () => (await listAnswers(database, { tenant })).answers;
  const manage = (...args: string[]) => orkestra(['cache-manager', ...args, '--tenant', tenant]);

  test('counts and lists what is stored', async () => {
    await noteUse(database, await keep('When are you open?'));
    await keep('Is there parking?', 'Yes.');
    const stats = await manage('stats');
    expect(stats.stdout).toContain(`2 stored answers of tenant ${tenant}, given 1 times; 0 of them expired.`);
    expect(stats.stdout).toContain(`${tenant} · clinic · en · default · prompt abc123 · scripted`);
    expect(JSON.parse((await manage('stats', '--json')).stdout)).toMatchObject({ answers: 2, uses: 1 });
    const list = await manage('list', '--limit', '1');
    expect(list.stdout).toContain('“When are you open?” → “From nine to five.”');
    expect(list.stderr).toMatch(/There are more: go on with --after \d+\./);
  });

  test('clears what is asked for, and nothing without leave', async () => {
    await keep('When are you open?');
    await keep('Is there parking?', 'Yes.', 'banking');
    expect(await manage('clear', '--domain', 'clinic')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `This deletes 1 stored answer of tenant ${tenant}, domain clinic: say so with --yes, or look first with --dry-run.`,
      ),
    });
    expect((await manage('clear', '--domain', 'clinic', '--dry-run')).stdout).toContain('would be deleted');
    expect(await stored()).toHaveLength(2);
    expect((await manage('clear', '--domain', 'clinic', '--yes')).code).toBe(0);
    expect(await stored()).toMatchObject([{ domain: 'banking' }]);
  });

  test('evicts by age, by use, and by similarity', async () => {
    const ids = [];
    for (const question of [
      'When are you open?',
      'Is there parking?',
      'Do you treat children?',
      'Do you vaccinate?',
    ]) {
      ids.push(await keep(question));
    }
    await database.query(`update answers set created_at = now() - interval '40 days' where id = any($1)`, [
      [ids[0], ids[1]],
    ]);
    await noteUse(database, ids[0]!);
    expect((await manage('evict', '--unused', '30d', '--yes')).stdout).toContain('“Is there parking?”');
    expect(await stored()).toHaveLength(3);
    expect((await manage('evict', '--age', '30d', '--dry-run')).stdout).toContain('“When are you open?”');
    const like = ['evict', '--like', 'do you treat children', '--similarity', '0.95', '--yes'];
    expect((await manage(...like)).stdout).toContain('“Do you treat children?”');
    expect((await manage('evict', '--keep', '1', '--yes')).code).toBe(0);
    expect(await stored()).toMatchObject([{ question: 'When are you open?', uses: 1 }]);
  });

  test('merges what is the same, keeps the one that was given most, and tells what it did', async () => {
    await keep('When are you open?', 'Nine to five.');
    await noteUse(database, await keep('When are you open, please?'));
    await noteUse(database, await keep('Please, when are you open?'));
    await noteUse(database, (await stored())[1]!.id);
    await keep('When are you not open?', 'At night.');
    const args = ['optimize', '--similarity', '0.6'];
    const look = JSON.parse((await manage(...args, '--dry-run', '--json')).stdout);
    expect(look).toMatchObject({ looked: 4, removed: 2, dryRun: true });
    expect(await stored()).toHaveLength(4);
    const { stdout } = await manage(...args, '--yes');
    expect(stdout).toContain('“When are you open, please?” ← ');
    expect(stdout).toContain('(1 answered in other words)');
    expect(await stored()).toMatchObject([
      { question: 'When are you open, please?', uses: 3 },
      { question: 'When are you not open?' },
    ]);
  });

  test('exports and imports; what is there already stays', async () => {
    await noteUse(database, await keep('When are you open?'));
    await keep('Is there parking?', 'Yes.');
    const name = file('whole.jsonl');
    expect((await manage('export', name)).stdout).toContain(`2 stored answers of tenant ${tenant} are in `);
    expect((await manage('export', name)).stderr).toContain('is there already');
    const was = await stored();
    expect((await manage('clear', '--domain', 'clinic', '--yes')).code).toBe(0);
    await keep('Is there parking?', 'No.');
    expect((await manage('import', name)).code).toBe(2);
    expect((await manage('import', name, '--dry-run')).stdout).toContain('is whole and holds 2 answers');
    expect((await manage('import', name, '--yes')).stdout).toBe(
      '1 answers were stored; 1 were there already, or have expired.\n',
    );
    const now = await stored();
    expect(now.map(({ answer }) => answer).sort()).toEqual(['From nine to five.', 'No.']);
    const { id: _, ...opening } = now.find(({ uses }) => uses === 1)!;
    expect(was[0]).toMatchObject(opening);
  });

  test('a damaged file is refused in a sentence, and nothing is changed', async () => {
    for (const what of ['parking', 'a garden', 'a lift']) await keep(`Do you have ${what}?`);
    const name = file('source.jsonl');
    await manage('export', name);
    await manage('clear', '--yes');
    const text = readFileSync(name, 'utf8');
    const lines = text.trimEnd().split('\n');
    const header = JSON.parse(lines[0]!) as object;
    const first = JSON.parse(lines[1]!) as { embedding: string };
    const withLine = (at: number, value: object) => lines.with(at, JSON.stringify(value)).join('\n');
    const damaged: Record<string, [string, RegExp]> = {
      'half.jsonl': [text.slice(0, text.length / 2), /line 3: the file is cut off or damaged here/],
      'ends.jsonl': [lines.slice(0, 3).join('\n'), /cut off: after line 3, its end is missing/],
      'changed.jsonl': [text.replace('From nine', 'From ten'), /its checksum does not fit/],
      'twice.jsonl': [text + text, /something follows the end/],
      'empty.jsonl': ['', /The file is empty/],
      'other.jsonl': ['{"hello":1}\n', /This is no export of stored answers/],
      'words.jsonl': ['hello\n', /This is no export of stored answers/],
      'newer.jsonl': [withLine(0, { ...header, version: 2 }), /of version 2; version 1 can be read/],
      'model.jsonl': [withLine(0, { ...header, model: 'other' }), /made by "other"; scripted is used here/],
      'wide.jsonl': [
        withLine(0, { ...header, dimensions: 768 }),
        /have 768 dimensions; the store's have 384/,
      ],
      'short.jsonl': [
        withLine(1, { ...first, embedding: first.embedding.slice(0, 400) }),
        /line 2: its vector has 75 dimensions; the store's have 384/,
      ],
      'sql.jsonl': [
        withLine(1, { ...first, domain: "x'; drop table answers; --" }),
        /line 2: domain: a domain is a lower-case word/,
      ],
      'personal.jsonl': [
        withLine(1, { ...first, question: 'My name is Anna Berg, are you open?' }),
        /may not be stored: it holds a name/,
      ],
    };
    for (const [damage, [content, sentence]] of Object.entries(damaged)) {
      writeFileSync(file(damage), content);
      const { code, stderr } = await manage('import', file(damage), '--yes');
      expect({ damage, code }).toEqual({ damage, code: 1 });
      expect(stderr).toMatch(sentence);
      expect(stderr).toContain('nothing was changed');
      expect(await countAnswers(database, { tenant })).toBe(0);
    }
    expect((await manage('import', file('nowhere.jsonl'), '--yes')).stderr).toContain('There is no file');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('warms up from pairs and from what a domain knows, by the rules of every store', async () => {
    const pairs = [
      { question: 'Do you take walk-ins?', answer: 'Yes, in the morning.' },
      { question: 'And how much is it?', answer: 'Ten.' },
      { question: 'I am Anna, are you open?', answer: 'Yes.' },
    ];
    writeFileSync(file('pairs.jsonl'), pairs.map((pair) => JSON.stringify(pair)).join('\n'));
    const warmed = await manage('warm', file('pairs.jsonl'), '--domain', 'clinic');
    expect(warmed.stdout).toBe('1 answers were stored, 0 were there already, 2 may not be.\n');
    expect(warmed.stderr).toContain('not stored: “I am Anna, are you open?”: it holds a name');
    const known = await manage('warm', '--intents', '--domain', 'clinic');
    expect(known.code).toBe(0);
    expect((await stored()).map(({ question }) => question)).toEqual(
      expect.arrayContaining(['Do you take walk-ins?', 'What are your opening hours?']),
    );
    writeFileSync(file('wrong.jsonl'), '{"question": "Are you open?"}');
    expect((await manage('warm', file('wrong.jsonl'), '--domain', 'clinic')).stderr).toContain(
      'line 1: write',
    );
  });

  test.each([
    [['evict', '--like', 'hours', '--similarity', '7'], '--similarity: takes a number from 0 to 1, not "7".'],
    [['optimize', '--similarity=-1'], '--similarity: takes a number from 0 to 1, not "-1".'],
    [['evict'], 'Say what goes: give --age, --unused, --keep or --like.'],
    [['evict', '--age', 'long'], '--age: a span is a number and m, h or d, like 30d, not "long".'],
    [
      ['clear', '--domain', "banking'; drop table answers; --"],
      '--domain: a domain is a lower-case word, like banking.',
    ],
    [['list', '--limit', '0'], '--limit: takes a whole number from 1 to 1000, not "0".'],
    [['warm', '--intents', '--domain', 'clinics'], 'Did you mean clinic?'],
    [['warm', '--domain', 'clinic'], 'Give a FILE of questions and answers, or --intents; not both.'],
  ])('%j is wrong usage, told in a sentence', async (args, sentence) => {
    const { code, stderr } = await manage(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
