import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallLab } from '../../test/call-lab.ts';
import { stateQuery } from '../../workflows/messages.ts';
import { orkestra } from '../testing/captured-run.ts';

describe('end-call', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  });
  afterAll(() => lab.close());

  test('has the bot say goodbye, and records the reason', async () => {
    const { session, handle, caller } = await lab.start();
    await caller.connect();
    // Until the call knows that the greeting was heard, it says no goodbye either.
    await expect.poll(() => handle.query(stateQuery)).toMatchObject({ phase: 'conversation' });
    const run = await orkestra(['end-call', session, '--reason', 'the branch closes']);
    expect(run).toEqual({ code: 0, stdout: `Call ${session} is ending: the branch closes.\n`, stderr: '' });
    expect(await handle.result()).toMatchObject({ reason: 'the branch closes' });
    expect(caller.heard.at(-1)).toMatchObject({ utterance: 'farewell' });
    caller.leave();
  });

  test('as JSON says which call it ended', async () => {
    const { session } = await lab.start();
    const { code, stdout } = await orkestra(['end-call', session, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ session, reason: 'ended from the command line' });
  });

  test('knows a call that was never there from one that has ended', async () => {
    expect(await orkestra(['end-call', 'never-there'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'orkestra: There is no call of session never-there: start one with `orkestra start-call never-there`.\n',
    });
    const { session, handle } = await lab.start();
    await handle.terminate();
    expect(await orkestra(['end-call', session])).toEqual({
      code: 1,
      stdout: '',
      stderr: `orkestra: The call of session ${session} has already ended: there is nothing left to end.\n`,
    });
  });

  test.each([
    ['an empty reason', ' '],
    ['a reason of 201 characters', 'x'.repeat(201)],
  ])('refuses %s', async (_, reason) => {
    expect(await orkestra(['end-call', 'abc', '--reason', reason])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'orkestra: --reason: a reason has 1 to 200 characters.\nSee `orkestra end-call --help`.\n',
    });
  });
});

test('end-call says so where no orchestrator answers for the call', async () => {
  const lab = await CallLab.open();
  process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  const { session } = await lab.start();
  await lab.close();
  const run = await orkestra(['end-call', session]);
  expect(run).toEqual({
    code: 1,
    stdout: '',
    stderr: `orkestra: Call ${session} did not answer within 10 s: see with \`orkestra orchestrator-health\` whether an orchestrator runs.\n`,
  });
});
