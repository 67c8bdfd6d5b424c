import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import { createScriptedEmbedding } from '../../engines/embedding/scripted.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { listAnswers } from '../../store/manage-answers.ts';
import { migrate } from '../../store/migrate.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { CallEvent, EventOf } from '../../stream/events.ts';
import { StreamHub } from '../../stream/hub.ts';
import { llmActivities } from '../reply/reply.ts';
import type { RecallInput, RecallResult, ReplyInput, ReplyResult } from '../types.ts';
import { Flights } from './flights.ts';
import { cacheActivities, type LookUpResult } from './recall.ts';

const QUESTION = 'What are your opening hours?';

/** Recall beside a reply, as in a call; stream and database are real. */
describe('recall', () => {
  let hub: StreamHub;
  let database: Database;
  let tenant: string;
  let lookUps: LookUpResult[];
  let asked: number;
  const stops = new AbortController();

  beforeAll(async () => {
    hub = new StreamHub(loadConfig().redis, () => undefined);
    database = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(database);
  });
  afterAll(async () => {
    stops.abort();
    await hub.close();
    await database.end();
  });
  beforeEach(() => {
    tenant = `t-${randomUUID().slice(0, 8)}`;
    lookUps = [];
    asked = 0;
  });

  const deps = () => ({
    hub,
    log: createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test'),
    draining: stops.signal,
  });

  /** A turn of a call, its two stages armed. `answer` is the model's; it may take its time. */
  async function arm({
    answer = async () => 'From nine to five.',
    turn = 1,
    flights = new Flights(hub.redis),
  }: { answer?: () => Promise<string>; turn?: number; flights?: Flights } = {}) {
    const session = `recall-${randomUUID().slice(0, 12)}`;
    const stream = new CallStream(hub, session);
    const seen: CallEvent[] = [];
    await stream.onEvents('0', (event) => void seen.push(event));
    const model: LlmEngine = {
      name: 'model',
      warmUp: async () => undefined,
      async *reply(_, signal) {
        asked += 1;
        const stopped = new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        });
        yield { type: 'text', text: await Promise.race([answer(), stopped]) };
      },
      close: async () => undefined,
    };
    const { recall } = cacheActivities({
      ...deps(),
      database,
      embedding: createScriptedEmbedding(),
      flights,
      keepMs: 60_000,
      onLookUp: (result) => void lookUps.push(result),
    });
    const { reply } = llmActivities({
      ...deps(),
      engineFor: () => model,
      adapters: { get: () => undefined, inStep: true },
      askWorkflow: async () => new Map(),
      askForTool: () => Promise.reject(new Error('no tool is used here')),
    });
    const armed = { session, turn, arming: 1, again: false, cursor: '0', settings: defaultCallSettings };
    const input = { ...armed, tenant, domain: 'banking', adapter: 'default' };
    const environment = () => new MockActivityEnvironment({ attempt: 1 });
    const recalled = environment().run(recall as (input: RecallInput) => Promise<RecallResult>, input);
    const replied = environment().run(reply as (input: ReplyInput) => Promise<ReplyResult>, input);
    const hear = (type: 'turn.eager' | 'turn.final', text = QUESTION, revision = 1) =>
      stream.emit({
        type,
        at: now(),
        turn,
        attempt: 101,
        revision,
        text,
        ...(type === 'turn.final' && { audioCursor: '0', engine: 'scripted' }),
        speechStartedAt: now(),
        speechEndedAt: now(),
      } as CallEvent);
    const until = <T extends CallEvent['type']>(type: T) =>
      expect
        .poll(() => seen.find((event) => event.type === type), { timeout: 5_000 })
        .toBeDefined()
        .then(() => seen.find((event) => event.type === type) as EventOf<T>);
    return {
      hear,
      until,
      seen,
      recalled: recalled as Promise<RecallResult>,
      replied: replied as Promise<ReplyResult>,
    };
  }

  const never = () => new Promise<string>(() => undefined);
  const stored = async () => (await listAnswers(database, { tenant })).answers;

  /** A call that asks, and leaves the model's answer behind. */
  async function ask(question = QUESTION, answer = 'From nine to five.') {
    const call = await arm({ answer: async () => answer });
    await call.hear('turn.eager', question);
    await call.until('reply.done');
    await call.hear('turn.final', question);
    return call.recalled;
  }

  test('stores an answer that was written before the caller’s words were final', async () => {
    expect(await ask()).toEqual({ kind: 'miss', stored: true });
    expect(await stored()).toMatchObject([{ question: QUESTION, answer: 'From nine to five.', uses: 0 }]);
  });

  test('has a stored answer ready while the caller may still go on, and counts its use', async () => {
    await ask();
    const call = await arm({ answer: never });
    await call.hear('turn.eager', 'what are your opening hours');
    expect(await call.until('recall.hit')).toMatchObject({ answer: 'From nine to five.', similarity: 1 });
    await call.until('reply.done');
    expect(call.seen.some(({ type }) => type === 'turn.final')).toBe(false);
    await call.hear('turn.final', 'what are your opening hours');
    expect(await call.recalled).toEqual({ kind: 'hit', similarity: 1 });
    expect(await call.replied).toMatchObject({ text: 'From nine to five.', source: 'cache', similarity: 1 });
    expect(await stored()).toMatchObject([{ uses: 1 }]);
    expect(lookUps).toEqual(['miss', 'hit']);
  });

  test('stores nothing that holds personal data', async () => {
    expect(await ask('My name is Anna Berg, what are your opening hours?')).toEqual({
      kind: 'miss',
      stored: false,
    });
    expect(await ask(QUESTION, 'Your balance is $1,204.50.')).toEqual({ kind: 'miss', stored: false });
    expect(await stored()).toEqual([]);
  });

  test('does not look where words may mean something else in another call', async () => {
    expect(await ask('And how much is it?')).toEqual({ kind: 'miss', stored: false });
    expect(lookUps).toEqual(['skipped']);
  });

  test('lets one model answer equal questions that come at the same time', async () => {
    let finish!: (answer: string) => void;
    // Patient enough for a busy machine.
    const flights = new Flights(hub.redis, { flight: 40_000, wait: 30_000, firstGuess: 30_000 });
    const first = await arm({ answer: () => new Promise((resolve) => (finish = resolve)), flights });
    await first.hear('turn.final');
    await first.until('recall.miss');
    const others = await Promise.all([1, 2, 3].map(() => arm({ answer: never, flights })));
    for (const other of others) {
      await other.hear('turn.final');
      await other.until('recall.wait');
    }
    finish('From nine to five.');
    for (const other of others) {
      expect(await other.recalled).toEqual({ kind: 'hit', similarity: 1 });
      expect(await other.replied).toMatchObject({ text: 'From nine to five.', source: 'cache' });
    }
    expect(await first.recalled).toEqual({ kind: 'miss', stored: true });
  });

  test('has a caller who waited as long as a model takes asked for by their own', async () => {
    const first = await arm({ answer: never });
    await first.hear('turn.final');
    await first.until('recall.miss');
    let tries = 0;
    const second = await arm({ answer: async () => (++tries === 1 ? never() : 'From ten to six.') });
    await second.hear('turn.final');
    await second.until('recall.wait');
    expect(await second.replied).toMatchObject({ text: 'From ten to six.', source: 'model' });
    expect(await second.recalled).toMatchObject({ kind: 'miss' });
  });
});
