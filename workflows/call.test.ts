import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRequestSchema, workflowIdOf } from '../call/request.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { CallLab } from '../test/call-lab.ts';
import { call } from './call.ts';
import {
  configureSignal,
  configureUpdate,
  endSignal,
  endUpdate,
  lineSignal,
  saySignal,
  sayUpdate,
  searchAttributes,
  stateQuery,
  transcriptQuery,
} from './messages.ts';

describe('a call', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
  });
  afterAll(() => lab.close());

  test('greets, answers turn by turn, and ends when the caller hangs up', async () => {
    const { handle, caller, session } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('first question');
    await caller.untilHeard('reply-1');
    await caller.speak();
    await caller.untilHeard('reply-2');
    await caller.hangUp();
    const summary = await handle.result();
    expect(summary).toMatchObject({ session, turns: 2, reason: 'the caller hung up' });
    expect(caller.ended).toBe(true);
    const { turns, asides } = await handle.query(transcriptQuery);
    expect(turns.map(({ caller: said, heard }) => [said, heard])).toEqual([
      ['first question', 'You said first question'],
      ['what is my balance', 'You said what is my balance'],
    ]);
    expect(asides.map(({ utterance }) => utterance)).toEqual(['greeting']);
    expect(lab.turnRows.filter((row) => row.session === session)).toHaveLength(2);
    expect(lab.callRows.filter((row) => row.session === session)).toMatchObject([{ turns: 2 }]);
    expect(await handle.query(stateQuery)).toMatchObject({ phase: 'ended', adapter: 'default', turns: 2 });
    caller.leave();
  });

  test('shows domain, phase, adapter and turns to searches', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.type('hello');
    await caller.untilHeard('reply-1');
    await caller.hangUp();
    await handle.result();
    const { typedSearchAttributes: found } = await handle.describe();
    expect(found.get(searchAttributes.domain)).toBe('banking');
    expect(found.get(searchAttributes.phase)).toBe('ended');
    expect(found.get(searchAttributes.adapter)).toBe('default');
    expect(found.get(searchAttributes.turns)).toBe(1);
    caller.leave();
  });

  test('says words from outside, by update and by signal', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    const { utterance } = await handle.executeUpdate(sayUpdate, {
      args: [{ text: 'A colleague joins us.' }],
    });
    await caller.untilHeard(utterance);
    await handle.signal(saySignal, { text: 'One more thing.' });
    await caller.untilHeard('say-2');
    expect(caller.heard.map(({ sentences }) => sentences.join(' '))).toEqual(
      expect.arrayContaining(['A colleague joins us.', 'One more thing.']),
    );
    await handle.executeUpdate(endUpdate, { args: [{ reason: 'closing time' }] });
    expect(await handle.result()).toMatchObject({ reason: 'closing time' });
    expect(caller.heard.at(-1)).toMatchObject({ utterance: 'farewell' });
    caller.leave();
  });

  test('takes new settings for the next turn', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await handle.executeUpdate(configureUpdate, { args: [{ speed: 1.2 }] });
    await handle.signal(configureSignal, { idlePrompts: 0 });
    expect((await handle.query(stateQuery)).settings).toMatchObject({ speed: 1.2, idlePrompts: 0 });
    await handle.signal(endSignal, {});
    expect(await handle.result()).toMatchObject({ reason: 'ended from outside' });
    caller.leave();
  });

  test('rejects an update with a wrong payload and says why', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    const wrong = handle.executeUpdate(configureUpdate, { args: [{ speed: 9 } as never] });
    await expect(wrong).rejects.toMatchObject({ cause: { message: expect.stringContaining('speed') } });
    const empty = handle.executeUpdate(sayUpdate, { args: [{ text: '  ' }] });
    await expect(empty).rejects.toMatchObject({ cause: { message: expect.stringContaining('text') } });
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('ignores and counts a signal with a wrong payload, and goes on', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await handle.signal('say', { words: 'x' });
    await handle.signal('configure', 'faster');
    await handle.signal('end', { reason: 7 });
    await caller.type('still there?');
    await caller.untilHeard('reply-1');
    expect(await handle.query(stateQuery)).toMatchObject({ rejectedSignals: 3, phase: 'conversation' });
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('asks a silent caller twice, then says goodbye', async () => {
    const { handle, caller } = await lab.start({ idlePromptMs: 1_000, idlePrompts: 2 });
    await caller.connect();
    expect(await handle.result()).toMatchObject({ reason: 'the caller was silent', turns: 0 });
    expect(caller.heard.map(({ utterance }) => utterance)).toEqual([
      'greeting',
      'idle-1-1',
      'idle-1-2',
      'farewell',
    ]);
    caller.leave();
  });

  test('knows what was told of its telephone before it had begun', async () => {
    const session = `lab-${randomUUID().slice(0, 12)}`;
    const { prefix, client } = lab;
    const request = callRequestSchema.parse({ session, origin: 'twilio' });
    const handle = await client.workflow.signalWithStart(call, {
      workflowId: workflowIdOf(session),
      taskQueue: taskQueueOf(prefix, 'call'),
      args: [{ request, taskQueuePrefix: prefix }],
      signal: lineSignal,
      signalArgs: [{ callSid: `CA${'0'.repeat(32)}`, status: 'completed' }],
    });
    expect(await handle.result()).toMatchObject({ reason: 'the caller hung up', turns: 0 });
  });

  test('ends without a word when the caller never connects', async () => {
    const { handle } = await lab.start({ connectMs: 200 });
    expect(await handle.result()).toMatchObject({ reason: 'the caller never connected', turns: 0 });
  });

  test('ends at its longest duration, also when that is shortened on the way', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await handle.signal(configureSignal, { maxCallMs: 1_000 });
    expect(await handle.result()).toMatchObject({ reason: 'the call reached its longest duration' });
    expect(caller.heard.at(-1)).toMatchObject({ utterance: 'farewell' });
    caller.leave();
  });

  test('says goodbye when it is cancelled in Temporal', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    // Heard at the edge is not yet known to the workflow.
    await expect.poll(async () => (await handle.query(stateQuery)).phase).toBe('conversation');
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ reason: 'cancelled' });
    expect(caller.heard.at(-1)).toMatchObject({ utterance: 'farewell' });
    caller.leave();
  });
});
