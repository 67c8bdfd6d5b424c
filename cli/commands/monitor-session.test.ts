import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallLab } from '../../test/call-lab.ts';
import type { StreamCaller } from '../../test/stream-caller.ts';
import { orkestra } from '../testing/captured-run.ts';

const HEADING = 'turn  spoken    text  from        caller → what they heard';

describe('monitor-session', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  });
  afterAll(() => lab.close());

  async function talk(caller: StreamCaller) {
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('first question');
    await caller.untilHeard('reply-1');
  }

  /** A call of two turns that has ended. */
  async function wholeCall() {
    const { session, handle, caller } = await lab.start();
    await talk(caller);
    await caller.speak();
    await caller.untilHeard('reply-2');
    await caller.hangUp();
    await handle.result();
    caller.leave();
    return session;
  }

  test('shows the call as it is now', async () => {
    const { session, handle, caller } = await lab.start();
    await talk(caller);
    await expect.poll(() => handle.query('state')).toMatchObject({ turns: 1 });
    const { code, stdout, stderr } = await orkestra(['monitor-session', session]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, ...rest] = stdout.trimEnd().split('\n');
    expect(first).toMatch(
      new RegExp(`^Call ${session}: conversation · banking · adapter default · turns: 1 · since 20`),
    );
    expect(rest[0]).toBe(HEADING);
    expect(rest[1]).toMatch(/^ {22}greeting {4}“Hello, this is .*”$/);
    expect(rest[2]).toMatch(/^ {3}1 {18}echo {8}“first question” → “You said first question”$/);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('shows a call that has ended, and why it did', async () => {
    const session = await wholeCall();
    const { stdout } = await orkestra(['monitor-session', session]);
    expect(stdout).toContain(`Call ${session}: ended (the caller hung up) · banking`);
    expect(stdout).toContain('“what is my balance” → “You said what is my balance”');
  });

  test('as JSON gives state and transcript', async () => {
    const session = await wholeCall();
    const { stdout } = await orkestra(['monitor-session', session, '--format', 'json']);
    const { state, transcript } = JSON.parse(stdout);
    expect(state).toMatchObject({ session, phase: 'ended', turns: 2 });
    expect(transcript.turns.map(({ caller }: { caller: string }) => caller)).toEqual([
      'first question',
      'what is my balance',
    ]);
  });

  test('follows a live call, a row a turn, until it ends', async () => {
    const { session, handle, caller } = await lab.start();
    const rows: string[] = [];
    const following = orkestra(['monitor-session', session, '--follow'], (row) => rows.push(row));
    await talk(caller);
    await expect.poll(() => rows).toHaveLength(4);
    expect(rows[0]).toMatch(new RegExp(`^Call ${session}: .*running$`));
    expect(rows[1]).toBe(HEADING);
    expect(rows[2]).toMatch(/^ {22}greeting /);
    expect(rows[3]).toMatch(/“first question” → “You said first question”$/);
    await caller.speak();
    await caller.untilHeard('reply-2');
    await caller.hangUp();
    expect(await following).toMatchObject({ code: 0, stderr: '' });
    expect(rows.slice(4)).toEqual([
      expect.stringMatching(/^ {3}2 +\d+ {2}echo +“what is my balance” → “You said what is my balance”$/),
      '      the call has ended: the caller hung up',
    ]);
    await handle.result();
    caller.leave();
  });

  test('streams the events that were asked for, a line each', async () => {
    const base = ['monitor-session', await wholeCall(), '--follow', '--format', 'stream'];
    const filters = ['--event', 'caller.*', '--event', 'turn.final'];
    const { stdout } = await orkestra([...base, ...filters]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => /^\d\d:\d\d:\d\d\.\d{3} {2}(\S+)/.exec(line)?.[1])).toEqual([
      'caller.connected',
      'caller.typed',
      'turn.final',
      'turn.final',
      'caller.disconnected',
    ]);
    expect(lines[1]).toMatch(/text="first question"$/);
  });

  test('gives events as JSON lines, each with its place', async () => {
    const session = await wholeCall();
    const { stdout } = await orkestra(['monitor-session', session, '--follow', '--format', 'json']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'caller.connected', id: expect.stringMatching(/^\d+-\d+$/) });
    expect(events.at(-1)).toMatchObject({ type: 'call.ended', reason: 'the caller hung up' });
  });

  test('shows what is kept of a live call without waiting for more', async () => {
    const { session, handle, caller } = await lab.start();
    await talk(caller);
    const { code, stdout } = await orkestra(['monitor-session', session, '--format', 'stream']);
    expect(code).toBe(0);
    expect(stdout).toContain('caller.typed');
    expect(stdout).not.toContain('call.ended');
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('stops following a call that was terminated, which says nothing itself', async () => {
    const { session, handle, caller } = await lab.start();
    await talk(caller);
    const following = orkestra(['monitor-session', session, '--follow']);
    await handle.terminate();
    expect(await following).toMatchObject({ code: 0 });
    caller.leave();
  });

  test('lists the calls that run', async () => {
    const { session, handle, caller } = await lab.start();
    await talk(caller);
    const listed = async () => (await orkestra(['monitor-session', '--all'])).stdout;
    const row = new RegExp(`^${session} +0:\\d\\d {6}1 {2}conversation {2}banking, default$`, 'm');
    await expect.poll(listed).toMatch(row);
    const [count, heading] = (await listed()).split('\n');
    expect(count).toMatch(/^\d calls? runs? · 20.*Z$/);
    expect(heading).toMatch(/^session +since {2}turns {2}phase {9}domain, adapter$/);
    const { stdout } = await orkestra(['monitor-session', '--all', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      calls: expect.arrayContaining([expect.objectContaining({ session, turns: 1 })]),
    });
    await caller.hangUp();
    await handle.result();
    caller.leave();
    await expect.poll(listed).not.toContain(session);
  });

  test('knows no call that was never there', async () => {
    expect(await orkestra(['monitor-session', 'never-there', '--follow'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'orkestra: There is no call of session never-there: start one with `orkestra start-call never-there`.\n',
    });
  });
});

describe('monitor-session refuses', () => {
  test.each([
    [[], /^orkestra: Say what to watch: give either a session or --all\.\n/],
    [['abc', '--all'], /^orkestra: Say what to watch/],
    [['--all', '--format', 'stream'], /^orkestra: --format stream shows the events of one call/],
    [['a/b'], /^orkestra: "a\/b" can't be a session id: a session id is 3–64 letters, digits, - or _\.\n/],
    [['abc', '--format', 'xml'], /^orkestra: --format: takes table, json, stream, not "xml"\.\n/],
    [
      ['abc', '--format', 'stream', '--event', 'turn.finl'],
      /^orkestra: --event: no event is called "turn\.finl"\. Did you mean turn\.final\? The events are caller\.connected, .*; turn\.\* stands for all of a kind\.\n/,
    ],
    [
      ['abc', '--format', 'stream', '--event', 'news.*'],
      /^orkestra: --event: no event is called "news\.\*"\. The events are /,
    ],
    [
      ['abc', '--event', 'turn.*'],
      /^orkestra: --event picks events: use it with --format stream, or with --format json --follow\.\n/,
    ],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await orkestra(['monitor-session', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.split('\n').slice(1)).toEqual(['See `orkestra monitor-session --help`.', '']);
  });
});
