import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWav } from '../../audio/wav.ts';
import { loadConfig } from '../../config/load.ts';
import { withPostgres } from '../connect-postgres.ts';
import { CallLab } from '../../test/call-lab.ts';
import { orkestra } from '../testing/captured-run.ts';

const histories = join(import.meta.dirname, '..', '..', 'test', 'histories');
const folder = mkdtempSync(join(tmpdir(), 'orkestra-replay-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

describe('replay-session', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open({ recordings: at('recordings') });
    process.env.ORKESTRA_RECORDINGS = at('recordings');
  });
  afterAll(async () => {
    delete process.env.ORKESTRA_RECORDINGS;
    await lab.close();
  });

  async function callOfTwoTurns() {
    const { session, handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('first question');
    await caller.untilHeard('reply-1');
    await caller.speak();
    await caller.untilHeard('reply-2');
    const end = async () => {
      await caller.hangUp();
      await handle.result();
      caller.leave();
    };
    return { session, handle, end };
  }

  test('shows a past call turn by turn, copies its recording, and proves its history', async () => {
    const { session, end } = await callOfTwoTurns();
    await end();
    const { code, stdout, stderr } = await orkestra(['replay-session', session, '--output', at('out')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^Call ${session}: banking · 20.*Z · 0:0\\d\\.\\d · 2 turns · the caller hung up$`),
    );
    expect(lines.slice(1, -2).map((line) => line.slice(9).trim())).toEqual([
      expect.stringMatching(/^bot {5}Hello, this is .* recorded/),
      'caller  first question',
      'bot     You said first question',
      expect.stringMatching(/first sentence \d+ ms · echo$/),
      'caller  what is my balance',
      'bot     You said what is my balance',
      expect.stringMatching(/transcript \d+ ms · first sentence \d+ ms · echo$/),
    ]);
    expect(lines.at(-2)).toBe(
      `Recording: ${at('out', session)}.wav (caller left, bot right), captions: ${at('out', session)}.vtt`,
    );
    expect(lines.at(-1)).toMatch(
      /^History of run [0-9a-f-]+, \d+ events: the present workflow code goes the same way\.$/,
    );
    expect(readdirSync(at('out')).sort()).toEqual([`${session}.vtt`, `${session}.wav`]);
    expect(readWav(readFileSync(`${at('out', session)}.wav`)).sampleRate).toBe(8_000);
    expect(readFileSync(`${at('out', session)}.vtt`, 'utf8')).toContain('<v Caller>what is my balance');
  });

  test('shows a call that runs as far as it has come', async () => {
    const { session, handle, end } = await callOfTwoTurns();
    await expect.poll(() => handle.query('state')).toMatchObject({ turns: 2 });
    const { code, stdout } = await orkestra(['replay-session', session]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 turns · under way\n/);
    expect(stdout).toContain('bot     You said what is my balance\n');
    expect(stdout).toContain('Recording: none in ');
    await end();
  });

  test('gives all of it as one JSON object', async () => {
    const { session, end } = await callOfTwoTurns();
    await end();
    const { stdout } = await orkestra(['replay-session', session, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      call: {
        session,
        reason: 'the caller hung up',
        recording: 'kept',
        runs: 1,
        turns: [{ turn: 1, caller: 'first question', engine: 'echo', adapter: 'default' }, { turn: 2 }],
        asides: [{ utterance: 'greeting' }],
      },
      history: [{ runId: expect.any(String), events: expect.any(Number) }],
      recording: { audio: at('recordings', `${session}.wav`) },
    });
  });

  test('reads from the rows what Temporal has forgotten', async () => {
    const { postgres } = loadConfig();
    await withPostgres(postgres, async (database) => {
      await database.query(
        `insert into turns (session, turn, domain, caller, answer, heard, interrupted, source, adapter, engine,
          tools, speech_started_at, speech_ended_at, final_at, voice_to_voice_ms)
         values ('forgotten', 1, 'banking', 'hello', 'Hi there.', 'Hi', true, 'model', 'loans', 'echo',
          '[{"name":"loan_quote","input":{},"output":{}}]', '2026-01-01T10:00:01Z', '2026-01-01T10:00:02Z',
          '2026-01-01T10:00:02.250Z', 612) on conflict do nothing`,
      );
    });
    const { code, stdout } = await orkestra(['replay-session', 'forgotten']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'Call forgotten: banking · 2026-01-01T10:00:01.000Z · 1 turn · under way',
      ' 0:00.0  caller  hello',
      ' 0:01.3  bot     Hi — (interrupted)',
      '                 heard → spoken 612 ms · transcript 250 ms · echo · adapter loans · loan_quote',
      `Recording: none in ${at('recordings')}.`,
      'History: Temporal no longer has it; this is what the analytics rows hold.',
      '',
    ]);
  });

  test('says so where there is nothing to copy', async () => {
    const { session, handle, caller } = await lab.start({ connectMs: 200 });
    await handle.result();
    caller.leave();
    const { code, stderr } = await orkestra(['replay-session', session, '--output', at('out')]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'orkestra: --output: there is nothing to copy. Recording: none, since the caller was never told that the call is recorded.\n',
    );
  });

  test('knows no call that was never there', async () => {
    expect(await orkestra(['replay-session', 'never-there'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^orkestra: There is no call of session never-there/),
    });
  });

  test('says what is away when neither Temporal nor the rows can tell', async () => {
    const url = process.env.DATABASE_URL;
    process.env.DATABASE_URL = 'postgres://postgres@127.0.0.1:1/postgres';
    const { code, stderr } = await orkestra(['replay-session', 'never-there']);
    process.env.DATABASE_URL = url;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^orkestra: Temporal knows no call of session never-there, and its rows can't be read\. Postgres can't be used/,
    );
  });
});

describe('a history from a file', () => {
  const save = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  const twoTurns = readFileSync(join(histories, '0.1.0-two-turns.json'), 'utf8');

  test('is shown and proved without any server', async () => {
    const temporal = process.env.TEMPORAL_ADDRESS;
    process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
    const { code, stdout } = await orkestra(['replay-session', '--history', save('good.json', twoTurns)]);
    process.env.TEMPORAL_ADDRESS = temporal;
    expect(code).toBe(0);
    expect(stdout).toContain('caller  what is my balance');
    expect(stdout).toContain('the present workflow code goes the same way.');
  });

  test('that the code no longer follows is told with its place, and fails', async () => {
    const other = save('other.json', twoTurns.replace('"record-1/', '"keep-1/'));
    const { code, stdout } = await orkestra(['replay-session', '--history', other]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /the present workflow code goes another way at event \d+ \(activityTaskScheduled keep-1\/\d+\)\. .*Nondeterminism error: Activity id of scheduled event 'keep-1\/\d+' does not match activity id of activity command 'record-1\/\d+'/,
    );
  });

  test.each([
    ['cut short', twoTurns.slice(0, 5_000), /is no history of Temporal's, or is damaged: save one with/],
    ['not JSON', 'events:', /is no history of Temporal's, or is damaged/],
    ['empty', '{"events":[]}', /holds no history that begins at its beginning/],
    ['another workflow', twoTurns.replace('"name": "call"', '"name": "order"'), /is of a workflow order/],
    [
      'unreadable payloads',
      twoTurns.replace('anNvbi9wbGFpbg==', 'YmluYXJ5L2VuY3J5cHRlZA=='),
      /can't be read/,
    ],
  ])('is refused when it is %s', async (name, text, sentence) => {
    const { code, stdout, stderr } = await orkestra(['replay-session', '--history', save('bad.json', text)]);
    expect({ name, code, stdout }).toEqual({ name, code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('replay-session refuses', () => {
  test.each([
    [[], 2, /Name a call: give either its session or a file with --history\./],
    [['abc', '--history', 'x.json'], 2, /Name a call: give either/],
    [['a/b'], 2, /can't be a session id/],
    [['--history', at('none.json')], 1, /--history: .*none\.json can't be read: ENOENT/],
    [['abc', '--output', at('file', 'out')], 1, /--output: .*out can't be written: ENOTDIR/],
  ])('%j', async (args, expected, sentence) => {
    writeFileSync(at('file'), '');
    const { code, stdout, stderr } = await orkestra(['replay-session', ...args]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});
