import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CallSettingsPatch } from '../../call/settings.ts';
import type { LineReport } from '../../call/telephone.ts';
import { banking } from '../../domains/banking/index.ts';
import { endUpdate, lineSignal, stateQuery } from '../../workflows/messages.ts';
import { CallLab } from '../call-lab.ts';
import { BOT_NUMBER, TwilioService } from './twilio-service.ts';

const PHONE = '+14155550123';

describe('a call that the bot places', () => {
  let twilio: TwilioService;
  let lab: CallLab;
  beforeAll(async () => {
    twilio = await TwilioService.open();
    lab = await CallLab.open({ twilio: twilio.config });
  });
  afterAll(async () => {
    await lab.close();
    await twilio.close();
  });
  afterEach(() => {
    twilio.mishaps = [];
  });

  /** The call, and what Twilio heard of it; each test has a number of its own, so that it finds its calls alone. */
  async function dial(settings: CallSettingsPatch = {}, mishaps: typeof twilio.mishaps = []) {
    twilio.mishaps = mishaps;
    const phone = `${PHONE.slice(0, 8)}${String(++numbers).padStart(4, '0')}`;
    const { session, handle, caller } = await lab.start(settings, undefined, { dial: true, phone });
    const requests = () => twilio.requests.all.filter((form) => form.get('To') === phone);
    const calls = () => twilio.calls.filter(({ to }) => to === phone);
    const asked = (times: number) => twilio.requests.until(() => requests().length >= times);
    const report = (news: Omit<LineReport, 'callSid'>, callSid = calls()[0]!.sid) =>
      handle.signal(lineSignal, { callSid, ...news });
    return { session, handle, caller, phone, requests, calls, asked, report };
  }
  let numbers = 0;

  test('rings once, and is talked with like any other', async () => {
    const { session, handle, caller, requests, calls, asked, phone } = await dial();
    await asked(1);
    expect(await handle.query(stateQuery)).toMatchObject({ phase: 'dialling' });
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('hello');
    await caller.untilHeard('reply-1');
    expect(await handle.query(stateQuery)).toMatchObject({ line: { callSid: calls()[0]!.sid } });
    await caller.hangUp();
    expect(await handle.result()).toMatchObject({ reason: 'the caller hung up', turns: 1 });
    const [form] = requests();
    const webhook = (name: string) => `https://voice.example.com/twilio/${name}?session=${session}`;
    expect([...form!]).toEqual([
      ['To', phone],
      ['From', BOT_NUMBER],
      ['Url', webhook('voice')],
      ['Method', 'POST'],
      ['Timeout', '55'],
      ['StatusCallback', webhook('status')],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
      ['MachineDetection', 'DetectMessageEnd'],
      ['AsyncAmd', 'true'],
      ['AsyncAmdStatusCallback', webhook('amd')],
      ['AsyncAmdStatusCallbackMethod', 'POST'],
    ]);
    expect(calls()).toHaveLength(1);
    caller.leave();
  });

  test('whose answer was lost rings once: Twilio tells of it', async () => {
    const { handle, calls, asked, report, requests } = await dial({}, ['lost-after']);
    await asked(1);
    await report({ status: 'initiated' });
    await report({ status: 'no-answer' });
    expect(await handle.result()).toMatchObject({ reason: 'nobody answered' });
    expect([requests().length, calls().length]).toEqual([1, 1]);
  });

  test('whose answer was lost rings once: it is found in the list of calls', async () => {
    const { handle, caller, calls, requests } = await dial({}, ['lost-after']);
    await caller.connect();
    await twilioKnown(handle);
    expect([requests().length, calls().length]).toEqual([1, 1]);
    expect(await handle.query(stateQuery)).toMatchObject({ line: { callSid: calls()[0]!.sid } });
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test.each(['lost-before', 'unavailable'] as const)(
    'that never came to be (%s) is placed again',
    async (mishap) => {
      const { handle, caller, calls, requests, asked } = await dial({}, [mishap]);
      await asked(2);
      await twilioKnown(handle);
      expect([requests().length, calls().length]).toEqual([2, 1]);
      await handle.executeUpdate(endUpdate, { args: [{}] });
      await handle.result();
      caller.leave();
    },
  );

  test('that Twilio refuses is not tried again, and the number is in no record of it', async () => {
    const { handle, requests, phone } = await dial({}, ['refused']);
    const summary = await handle.result();
    expect(summary.reason).toBe('the call could not be placed: Twilio refused with HTTP 400, error 21211');
    expect(requests()).toHaveLength(1);
    const { events } = await handle.fetchHistory();
    expect(
      JSON.stringify(events!.slice(1).filter(({ activityTaskFailedEventAttributes: failed }) => failed)),
    ).not.toContain(phone);
  });

  test.each([
    ['busy', 'the line was busy'],
    ['no-answer', 'nobody answered'],
    ['failed', 'the number could not be reached'],
    ['canceled', 'the call was cancelled'],
    ['completed', 'the caller hung up'],
  ] as const)('ends when its line is %s', async (status, reason) => {
    const { handle, asked, report } = await dial();
    await asked(1);
    await report({ status: 'ringing' });
    await report({ status });
    expect(await handle.result()).toMatchObject({ reason, turns: 0 });
    expect(lab.callRows).toContainEqual(expect.objectContaining({ reason }));
  });

  test('takes no news of another line for its own', async () => {
    const { handle, caller, asked, report } = await dial();
    await asked(1);
    await report({ status: 'in-progress' });
    await report({ status: 'busy' }, `CA${'f'.repeat(32)}`);
    await caller.connect();
    await caller.untilHeard('greeting');
    // Heard at the edge is not yet known to the workflow.
    await expect.poll(() => handle.query(stateQuery)).toMatchObject({ phase: 'conversation' });
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('leaves a message on an answering machine, and hangs up', async () => {
    const { handle, caller, asked, report } = await dial();
    await asked(1);
    await caller.connect();
    await caller.untilHeard('greeting');
    await report({ answeredBy: 'machine_end_beep' });
    expect(await handle.result()).toMatchObject({ reason: 'an answering machine took the call' });
    expect(caller.heard.at(-1)!.sentences).toEqual([banking.voicemail]);
    caller.leave();
  });

  test.each([
    ['hang-up', 'machine_start'],
    ['message', 'fax'],
  ] as const)(
    'leaves none where it is to %s and a %s took the call',
    async (answeringMachine, answeredBy) => {
      const { handle, caller, asked, report } = await dial({ answeringMachine });
      await asked(1);
      await caller.connect();
      await caller.untilHeard('greeting');
      await report({ answeredBy });
      expect(await handle.result()).toMatchObject({ reason: 'an answering machine took the call' });
      expect(caller.heard.map(({ utterance }) => utterance)).toEqual(['greeting']);
      caller.leave();
    },
  );

  test('goes on where a human took the call, or nobody can tell', async () => {
    const { handle, caller, asked, report } = await dial();
    await asked(1);
    await report({ answeredBy: 'unknown' });
    await report({ answeredBy: 'human' });
    await caller.connect();
    await caller.type('hello');
    await caller.untilHeard('reply-1');
    await caller.hangUp();
    expect(await handle.result()).toMatchObject({ reason: 'the caller hung up' });
    caller.leave();
  });

  test('stops to ring when it is ended from outside', async () => {
    const { handle, asked, calls } = await dial();
    await asked(1);
    await twilioKnown(handle);
    await handle.executeUpdate(endUpdate, { args: [{ reason: 'changed our mind' }] });
    expect(await handle.result()).toMatchObject({ reason: 'changed our mind' });
    expect(twilio.updates.all.map(({ sid }) => sid)).toContain(calls()[0]!.sid);
    expect(calls()[0]!.status).toBe('completed');
  });
});

test('a call is not placed where Twilio is not configured; what is missing is named', async () => {
  const lab = await CallLab.open({ twilio: { accountSid: undefined, authToken: 'x', from: undefined } });
  const { handle } = await lab.start({}, undefined, { dial: true, phone: PHONE });
  expect((await handle.result()).reason).toBe(
    'the call could not be placed: to place calls, set TWILIO_ACCOUNT_SID, TWILIO_FROM, ORKESTRA_PUBLIC_URL',
  );
  await lab.close();
});

/** The workflow has learnt which telephone call is its own. */
async function twilioKnown(handle: {
  query(query: typeof stateQuery): Promise<{ line: { callSid?: string } }>;
}) {
  await expect
    .poll(async () => (await handle.query(stateQuery)).line.callSid, { timeout: 30_000 })
    .toBeDefined();
}
