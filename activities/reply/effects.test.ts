import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EffectOutcome, unanswered } from '../../call/effects.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { CallEvent } from '../../stream/events.ts';
import { StreamHub } from '../../stream/hub.ts';
import type { ReplyInput, ReplyResult } from '../types.ts';
import { ONE_MOMENT } from './bot-turn.ts';
import type { ToolRequest } from './effects.ts';
import { llmActivities } from './reply.ts';
import type { HowToAsk } from './tool-outcomes.ts';

/** Asks for a balance, and says what came of it. */
const asking: LlmEngine = {
  name: 'asking',
  warmUp: async () => undefined,
  async *reply({ effects }) {
    const outcome = await effects!.use('account_balance', {});
    yield { type: 'text', text: outcome.done ? 'Here it is.' : 'No.' };
  },
  close: async () => undefined,
};

/** The stream is real; the workflow is what `askForTool` says. */
describe('a reply that has something done', () => {
  let hub: StreamHub;
  let stream: CallStream;
  let session: string;
  let seen: CallEvent[];
  let requests: ToolRequest[];
  let asked: HowToAsk[];
  beforeAll(() => {
    hub = new StreamHub(loadConfig().redis, () => undefined);
  });
  afterAll(() => hub.close());
  beforeEach(async () => {
    session = `effects-${Math.random().toString(36).slice(2)}`;
    stream = new CallStream(hub, session);
    const events: CallEvent[] = [];
    [seen, requests, asked] = [events, [], []];
    await stream.onEvents('0', (event) => void events.push(event));
  });

  /** Of a workflow of the first release, where `answer` is what an update returns. */
  const write = (answer: () => Promise<EffectOutcome | undefined>, attempt = 1) =>
    begin(answer, attempt, false).result;

  function begin(
    answer: () => Promise<EffectOutcome | undefined>,
    attempt: number,
    toolsBySignal: boolean,
  ): { result: Promise<ReplyResult>; cancel: () => void } {
    const { reply } = llmActivities({
      hub,
      log: createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test'),
      draining: new AbortController().signal,
      engineFor: () => asking,
      adapters: { get: () => undefined, inStep: true },
      askWorkflow: async () => new Map(),
      askForTool: (_, request, how) => {
        requests.push(request);
        asked.push(how);
        return answer();
      },
    });
    const input: ReplyInput = {
      session,
      turn: 1,
      arming: 1,
      again: false,
      cursor: '0',
      settings: defaultCallSettings,
      domain: 'banking',
      adapter: 'default',
      toolsBySignal,
    };
    const environment = new MockActivityEnvironment({ attempt });
    const result = environment.run(reply as (input: ReplyInput) => Promise<ReplyResult>, input);
    return { result: result as Promise<ReplyResult>, cancel: () => environment.cancel() };
  }

  const heard = (type: 'turn.eager' | 'turn.final', revision: number, text: string) => {
    const spoken = { speechStartedAt: now(), speechEndedAt: now() };
    const stamp = { at: now(), turn: 1, attempt: 101, revision, text };
    return type === 'turn.eager'
      ? ({ type, ...stamp, ...spoken } as CallEvent)
      : ({ type, ...stamp, ...spoken, audioCursor: '0', engine: 'scripted' } as CallEvent);
  };
  const of = (type: CallEvent['type']) => seen.filter((event) => event.type === type);
  const done: EffectOutcome = { done: true, output: {} };

  test('has nothing done for words that were not the caller’s last', async () => {
    const result = write(async () => done);
    await stream.emit(heard('turn.eager', 1, 'my balance'));
    await stream.emit({ type: 'turn.resumed', at: now(), turn: 1, attempt: 101 } as CallEvent);
    await stream.emit(heard('turn.eager', 2, 'my balance is none of your business'));
    await expect.poll(() => of('turn.eager').length).toBe(2);
    expect(requests).toEqual([]);
    await stream.emit(heard('turn.final', 2, 'my balance is none of your business'));
    expect(await result).toMatchObject({ text: 'Here it is.', tools: [{ name: 'account_balance' }] });
    expect(requests).toEqual([{ turn: 1, tool: 'account_balance', nth: 1, input: {} }]);
    expect(asked).toMatchObject([{ bySignal: false }]);
  });

  const told = (use: string, outcome: EffectOutcome) =>
    stream.emit({ type: 'tool.done', at: now(), use, outcome });

  test('is told by the call’s stream what came of it', async () => {
    const { result } = begin(async () => undefined, 1, true);
    await stream.emit(heard('turn.final', 1, 'my balance'));
    await expect.poll(() => asked.length).toBe(1);
    await told('tool-1-account_balance-2', { done: false, why: 'refused', message: 'That is another use.' });
    await told('tool-1-account_balance-1', done);
    await told('tool-1-account_balance-1', unanswered);
    expect(await result).toMatchObject({ text: 'Here it is.', tools: [{ output: done }] });
    expect(asked).toMatchObject([{ bySignal: true }]);
  });

  test('does not ask for what the call’s stream has, when it is written anew', async () => {
    await stream.emit(heard('turn.final', 1, 'my balance'));
    await told('tool-1-account_balance-1', done);
    const { result } = begin(async () => undefined, 2, true);
    expect(await result).toMatchObject({ text: 'Here it is.', tools: [{ output: done }] });
    expect(requests).toEqual([]);
  });

  test('does not wait for it when its stage is over', async () => {
    const { result, cancel } = begin(() => new Promise(() => undefined), 1, true);
    await stream.emit(heard('turn.final', 1, 'my balance'));
    await expect.poll(() => asked.length).toBe(1);
    cancel();
    await expect(result).rejects.toThrow('cancelled');
    expect(asked[0]!.signal.aborted).toBe(true);
  });

  test('bridges a long wait, and does not take that for its answer when it is written anew', async () => {
    const lost = write(() => new Promise(() => undefined));
    lost.catch(() => undefined);
    await stream.emit(heard('turn.final', 1, 'my balance'));
    await expect.poll(() => of('reply.sentence').length, { timeout: 5_000 }).toBe(1);
    expect(of('reply.sentence')).toMatchObject([{ text: ONE_MOMENT, index: 0 }]);
    const result = await write(async () => done, 2);
    expect(result).toMatchObject({ text: `${ONE_MOMENT} Here it is.` });
    expect(requests[1]).toEqual(requests[0]);
    await expect.poll(() => of('reply.sentence').length).toBe(2);
    expect(of('reply.sentence')[1]).toMatchObject({ text: 'Here it is.', index: 1 });
  });

  test('says so when the workflow can’t be asked', async () => {
    const result = write(() => Promise.reject(new Error('away')));
    await stream.emit(heard('turn.final', 1, 'my balance'));
    expect(await result).toMatchObject({ text: 'No.', tools: [{ output: { why: 'unavailable' } }] });
  });
});
