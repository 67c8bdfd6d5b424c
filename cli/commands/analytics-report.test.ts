import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { addTurnsToHours } from '../../store/turn-hours.ts';
import { rowsOf, someFacts, someTurn } from '../../test/analytics-rows.ts';
import { orkestra } from '../testing/captured-run.ts';

const HOUR = 3_600_000;
const DAY = '2011-05-03';
const AT = Date.parse(`${DAY}T10:00:00Z`);
const RANGE = ['--from', DAY, '--to', '2011-05-04'];

describe('analytics-report', () => {
  const domain = `t${randomUUID().slice(0, 8)}`;
  const session = (n: number) => `${domain}-${n}`;
  const ours = [...RANGE, '--domain', domain];
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-report-'));
  let db: Database;

  /** Three calls of two turns each, an hour apart; the turns of the last are not in the hourly figures yet. */
  beforeAll(async () => {
    db = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(db);
    for (const n of [1, 2, 3]) {
      if (n === 3) while ((await addTurnsToHours(db)) > 0);
      const at = AT + n * HOUR;
      const rows = rowsOf(db, session(n), domain);
      await rows.turn(someTurn(at, { times: { voiceToVoiceMs: 100 * n } }), someFacts(at));
      const second = { turn: 2, source: n === 1 ? 'cache' : 'model', adapter: 'premium' } as const;
      const times = { voiceToVoiceMs: 1_000 * n };
      await rows.turn(someTurn(at + 5_000, { ...second, times }), someFacts(at, { fallbacks: ['speak'] }));
      await rows.call(at, { turns: 2, customer: n < 3 ? `${domain}-who` : undefined });
    }
  });
  afterAll(async () => {
    await db.end();
    rmSync(folder, { recursive: true });
  });

  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await orkestra(['analytics-report', ...args, '--format', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const figuresOf = (rows: { figure: string; value: number }[]) =>
    Object.fromEntries(rows.map(({ figure, value }) => [figure, value]));

  test('tells calls, handle time, resolution, waits and cost of a range', async () => {
    const summary = await json('summary', ...ours);
    const calls = figuresOf(summary.calls);
    expect(calls).toMatchObject({
      calls: 3,
      conversations: 3,
      'mean handle time': 30,
      'turns a conversation': 2,
    });
    // The first caller called again within the hour.
    expect(calls['first-call resolution']).toBeCloseTo(2 / 3);
    expect(calls.cost).toBeCloseTo(6 * (0.012 + 0.12 + 0.2) + 3 * 0.01);
    expect(figuresOf(summary.turns)).toMatchObject({
      turns: 6,
      'voice to voice, p50': 300,
      'voice to voice, p99': 3_000,
      'answered from the cache': 1 / 6,
    });
  });

  test('says the same of a range whose ends are no full hours, and narrows by adapter and engine', async () => {
    for (const from of ['2011-05-02T10:30', `${DAY}T10:30`]) {
      const to = `${DAY}T13:00:01+00:00`;
      const summary = await json('summary', '--from', from, '--to', to, '--domain', domain);
      expect(figuresOf(summary.turns)).toMatchObject({ turns: 5, 'voice to voice, p50': 300 });
    }
    const premium = await json('summary', ...ours, '--adapter', 'premium');
    expect(figuresOf(premium.turns)).toMatchObject({ turns: 3, 'voice to voice, p50': 2_000 });
    const byEngine = await json('performance', ...ours, '--engine', 'mind');
    expect(byEngine.wait[0]).toMatchObject({ stage: 'voice to voice', turns: 6, max: 3_000 });
  });

  test('counts what went wrong, and what was used', async () => {
    const errors = await json('errors', ...ours);
    expect(errors.turns).toContainEqual({ error: 'second voice', count: 3, share: 0.5 });
    const usage = await json('usage', ...ours);
    expect(usage.engines).toContainEqual(
      expect.objectContaining({ engine: 'mind/large', input: 600, output: 60 }),
    );
  });

  test('writes CSV, a line a figure', async () => {
    const { stdout } = await orkestra(['analytics-report', 'summary', ...ours, '--format', 'csv']);
    const lines = parse(stdout, { columns: true });
    expect(lines).toContainEqual({
      report: 'summary',
      section: 'calls',
      item: 'calls',
      figure: 'value',
      value: '3',
      unit: 'count',
    });
  });

  test('writes one HTML file with charts and nothing from elsewhere', async () => {
    const file = join(folder, 'report.html');
    const args = ['analytics-report', 'summary', ...ours, '--format', 'html', '--output', file];
    expect(await orkestra(args)).toMatchObject({ code: 0, stdout: '', stderr: `Written to ${file}.\n` });
    const html = readFileSync(file, 'utf8');
    const { document } = parseHTML(html);
    expect(document.querySelectorAll('figure svg')).toHaveLength(6);
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
    expect(document.querySelector('[aria-label="Voice to voice, ms"] path[d]')).toBeTruthy();
  });

  test('shows one call, turn by turn', async () => {
    const { code, stdout } = await orkestra(['analytics-report', 'summary', '--session', session(2)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/the caller said goodbye \(completed\)/);
    expect(stdout).toMatch(/2\s+answered\s+2,000 ms.*“What is my balance\?” → “It is \$42\.”/);
  });

  test('compares transcripts with what was said, from JSON lines and from CSV', async () => {
    const said = [
      [session(1), 1, 'what is my balance'],
      [session(2), 1, 'what was the balance, please'],
      ['nobody', 1, 'never said'],
    ] as const;
    const lines = said.map(([of, turn, text]) => JSON.stringify({ session: of, turn, text })).join('\n');
    const rows = ['session,turn,text', ...said.map(([of, turn, text]) => `${of},${turn},"${text}"`)].join(
      '\n',
    );
    for (const [name, text] of [
      ['reference.jsonl', lines],
      ['reference.csv', rows],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, text);
      const { wordErrors } = await json('performance', ...ours, '--reference', file);
      expect(wordErrors[0]).toEqual({ recogniser: 'all', turns: 2, words: 9, errors: 3, rate: 3 / 9 });
    }
  });

  test.each([
    [['--from', '2012-01-02', '--to', '2012-01-01'], 2, 'is the wrong way round: --from must be before --to'],
    [['--from', '2012-01-01', '--to', '2012-01-01'], 2, 'is empty: --from must be before --to'],
    [['--from', 'yesterday'], 2, '"yesterday" is no time'],
    [['--from', '2012-02-31T25:00'], 2, 'is no time'],
    [['--to', '2012-01-01'], 2, '--to needs --from'],
    [['--last', '2w'], 2, '--last: takes 1h, 24h, 7d, 30d, not "2w"'],
    [['--last', '7d', '--from', '2012-01-01'], 2, 'can’t be used together'],
    [['--format', 'pdf'], 2, '--format: takes table, json, csv, html, not "pdf"'],
    [['--session', 'a b'], 2, "can't be a session id"],
    [['--session', 'demo', '--last', '7d'], 2, '--session is one call'],
    [['--session', 'no-such-session'], 1, 'There are no rows of session no-such-session'],
    [
      ['--from', '1990-01-01', '--to', '1990-01-02'],
      1,
      'There is nothing to report: no turn and no call fits',
    ],
    [['--reference', '/no/such/file'], 2, "--reference: /no/such/file can't be read (ENOENT)"],
    [
      [...RANGE, '--output', '/no/such/folder/report.txt'],
      1,
      "/no/such/folder/report.txt can't be written (ENOENT)",
    ],
  ])('refuses %j', async (args, code, message) => {
    const result = await orkestra(['analytics-report', 'summary', ...args]);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(message);
  });

  test('names the report that was meant', async () => {
    const { code, stderr } = await orkestra(['analytics-report', 'sumary']);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no report "sumary". Did you mean summary?');
  });

  test.each([
    ['{"session":"abc","turn":1,"text":"hi"}\n{"session":"abc","turn":0,"text":"hi"}', 'line 2: turn'],
    ['{"session":"abc"', 'line 1 is no JSON'],
    ['session,turn\nabc,1\n', 'line 2: text'],
    ['', 'holds no transcript'],
  ])('refuses the reference %j', async (text, message) => {
    const file = join(folder, 'wrong');
    writeFileSync(file, text);
    const result = await orkestra(['analytics-report', 'summary', '--reference', file]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(message);
  });

  test('says where Postgres was looked for when it is away', async () => {
    const url = process.env.DATABASE_URL;
    process.env.DATABASE_URL = 'postgres://someone:secret@127.0.0.1:1/postgres';
    const { code, stderr } = await orkestra(['analytics-report', 'summary']);
    process.env.DATABASE_URL = url;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Postgres can't be used at postgres:\/\/127.0.0.1:1 .*set DATABASE_URL/);
    expect(stderr).not.toContain('secret');
  });
});
