import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../call/settings.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { EngineError } from '../engines/error.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import type { SttEngine } from '../engines/stt/engine.ts';
import { createScriptedStt } from '../engines/stt/scripted.ts';
import { createScriptedTts } from '../engines/tts/scripted.ts';
import type { TtsEngine } from '../engines/tts/engine.ts';
import { CallStream, now } from '../stream/call-stream.ts';
import type { CallEvent } from '../stream/events.ts';
import { StreamHub } from '../stream/hub.ts';
import { formatKey } from '../stream/keys.ts';
import { sttActivities } from './listen/listen.ts';
import { llmActivities } from './reply/reply.ts';
import { PreparedSpeech } from './speak/prepared.ts';
import { ttsActivities } from './speak/speak.ts';
import type { ListenResult, ReplyResult, SpeakResult } from './types.ts';

/** Worker after worker is given the same stage, as Temporal does when one dies; the stream is real. */
describe('a stage that is tried again', () => {
  let hub: StreamHub;
  let stream: CallStream;
  let session: string;
  let seen: CallEvent[];
  const settings = { ...defaultCallSettings, endpointingMs: 0, endpointingMaxMs: 0 };
  const final = (revision: number): CallEvent => ({
    type: 'turn.final',
    at: now(),
    turn: 1,
    attempt: 101,
    revision,
    text: 'what is my balance',
    speechStartedAt: now(),
    speechEndedAt: now(),
    audioCursor: '0',
    engine: 'scripted',
  });
  const armed = () => ({ session, turn: 1, arming: 1, again: false, cursor: '0', settings });

  beforeAll(() => {
    hub = new StreamHub(loadConfig().redis, () => undefined);
  });
  afterAll(() => hub.close());
  beforeEach(async () => {
    session = `takeover-${Math.random().toString(36).slice(2)}`;
    stream = new CallStream(hub, session);
    seen = [];
    await stream.onEvents('0', (event) => void seen.push(event));
  });

  const deps = () => ({
    hub,
    log: createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test'),
    draining: new AbortController().signal,
  });

  /** Runs one attempt; `die` makes it vanish, as its worker would, without a word on the stream. */
  function attempt<R>(number: number, activity: (input: never) => Promise<R>, input: object) {
    const environment = new MockActivityEnvironment({ attempt: number });
    const result = environment.run(activity as (input: object) => Promise<R>, input) as Promise<R>;
    result.catch(() => undefined);
    return { result, die: () => environment.cancel('WORKER_SHUTDOWN') };
  }

  async function until(condition: () => boolean) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  const workflow = {
    askWorkflow: async () => new Map(),
    askForTool: () => Promise.reject(new Error('no tool is used here')),
  };

  const format = { encoding: 'mulaw', sampleRate: 8_000 } as const;
  const connect = (again?: boolean) =>
    stream.emit({ type: 'caller.connected', at: now(), connection: crypto.randomUUID(), format, again });

  const of = (type: CallEvent['type']) => seen.filter((event) => event.type === type);

  test('a caller whose words were final is not asked again', async () => {
    const { listen } = sttActivities(deps(), createScriptedStt());
    await stream.emit({ type: 'caller.typed', at: now(), text: 'hello' }, {
      ...final(10101),
      text: 'hello',
    } as CallEvent);
    const result = (await attempt(2, listen, {
      ...armed(),
      domain: 'banking',
      audioCursor: '0',
      connected: true,
    }).result) as ListenResult;
    expect(result).toMatchObject({ kind: 'said', text: 'hello', revision: 10101 });
    expect(of('turn.final')).toHaveLength(1);
  });

  test('a caller whose connection broke at their last word is answered on the next one', async () => {
    const engine: SttEngine = {
      name: 'one question',
      warmUp: async () => undefined,
      open: () => ({
        write: () => undefined,
        finalize: async () => ({ text: 'what is my balance' }),
        close: () => undefined,
      }),
      close: async () => undefined,
    };
    const input = { ...armed(), domain: 'banking', audioCursor: '0', connected: false };
    const { result } = attempt(1, sttActivities(deps(), engine).listen, input);
    await connect();
    await stream.emit({ type: 'speech.started', at: now(), audioMs: 100 });
    await stream.sendIn({ audioMs: 100, format }, Buffer.alloc(800));
    await connect();
    expect(await result).toMatchObject({ kind: 'said', text: 'what is my balance' });
  });

  test('a caller who is told of again, since Redis was emptied, goes on speaking', async () => {
    let finalized = 0;
    const engine: SttEngine = {
      name: 'one question',
      warmUp: async () => undefined,
      open: () => ({
        write: () => undefined,
        finalize: async () => {
          finalized += 1;
          return { text: 'what is my balance' };
        },
        close: () => undefined,
      }),
      close: async () => undefined,
    };
    const input = { ...armed(), domain: 'banking', audioCursor: '0', connected: true };
    const { result } = attempt(1, sttActivities(deps(), engine).listen, input);
    await stream.emit({ type: 'speech.started', at: now(), audioMs: 100 });
    await stream.sendIn({ audioMs: 100, format }, Buffer.alloc(800));
    await connect(true);
    // Somebody who was cut off would be taken to have stopped by then.
    await Promise.race([result, new Promise((resolve) => setTimeout(resolve, 700))]);
    expect(finalized).toBe(0);
    await stream.emit({ type: 'speech.stopped', at: now(), audioMs: 900, noticedAt: now() });
    expect(await result).toMatchObject({ kind: 'said', text: 'what is my balance' });
  });

  test('a reply goes on after its last sentence that is out', async () => {
    const told: string[] = [];
    const engine: LlmEngine = {
      name: 'two sentences',
      warmUp: async () => undefined,
      async *reply() {
        yield { type: 'text', text: 'Your balance is forty dollars. ' };
        // The first worker dies here.
        if (told.push('asked') === 1) await new Promise(() => undefined);
        yield { type: 'text', text: 'Anything else?' };
      },
      close: async () => undefined,
    };
    const { reply } = llmActivities({
      ...deps(),
      engineFor: () => engine,
      adapters: { get: () => undefined, inStep: true },
      ...workflow,
    });
    const input = { ...armed(), domain: 'banking', adapter: 'default' };
    const first = attempt(1, reply, input);
    await stream.emit(final(10101));
    await until(() => of('reply.sentence').length === 1);
    first.die();
    const second = (await attempt(2, reply, input).result) as ReplyResult;
    expect(second).toMatchObject({ kind: 'answered', text: 'Your balance is forty dollars. Anything else?' });
    await until(() => of('reply.done').length === 1);
    expect(of('reply.sentence').map((event) => 'text' in event && event.text)).toEqual([
      'Your balance is forty dollars.',
      'Anything else?',
    ]);
  });

  test('a reply that is whole on the stream is not written again', async () => {
    let asked = 0;
    const engine: LlmEngine = {
      name: 'once',
      warmUp: async () => undefined,
      async *reply() {
        asked += 1;
        yield { type: 'text', text: 'It is done.' };
      },
      close: async () => undefined,
    };
    const { reply } = llmActivities({
      ...deps(),
      engineFor: () => engine,
      adapters: { get: () => undefined, inStep: true },
      ...workflow,
    });
    const input = { ...armed(), domain: 'banking', adapter: 'default' };
    const first = attempt(1, reply, input);
    await stream.emit(final(10101));
    await first.result;
    const second = (await attempt(2, reply, input).result) as ReplyResult;
    expect(second).toMatchObject({ kind: 'answered', text: 'It is done.' });
    expect(asked).toBe(1);
    expect(of('reply.sentence')).toHaveLength(1);
  });

  test('speech goes on after the last whole sentence that is out', async () => {
    const made: string[] = [];
    const scripted = createScriptedTts();
    const engine: TtsEngine = {
      ...scripted,
      async *synthesize(request, signal) {
        made.push(request.text);
        if (made.length === 2) await new Promise(() => undefined);
        yield* scripted.synthesize(request, signal);
      },
    };
    const { speak } = ttsActivities({ ...deps(), engine, prepared: new PreparedSpeech(engine) });
    await hub.redis.set(formatKey(session), JSON.stringify({ encoding: 'mulaw', sampleRate: 8_000 }));
    const input = {
      session,
      domain: 'banking',
      utterance: 'reply-1',
      arming: 1,
      again: false,
      cursor: '0',
      settings,
      source: { turn: 1 },
    };
    const sentence = (index: number, text: string): CallEvent => ({
      type: 'reply.sentence',
      at: now(),
      turn: 1,
      attempt: 101,
      revision: 10101,
      index,
      text,
    });
    await stream.emit(final(10101), sentence(0, 'One.'), sentence(1, 'Two.'));
    const first = attempt(1, speak, input);
    await until(() => made.length === 2);
    first.die();
    const out: string[] = [];
    await stream.onAudioOut('0', ({ header }) => {
      if (header.text) out.push(`${header.attempt}: ${header.text}`);
    });
    const second = attempt(2, speak, input);
    await until(() => out.length === 2);
    expect(made).toEqual(['One.', 'Two.', 'Two.']);
    expect(out).toEqual(['101: One.', '102: Two.']);
    await stream.emit({
      type: 'playback.ended',
      at: now(),
      utterance: 'reply-1',
      interrupted: false,
      playedMs: 480,
      heard: 'One. Two.',
    });
    expect((await second.result) as SpeakResult).toMatchObject({ kind: 'spoken', heard: 'One. Two.' });
  });

  test('an attempt that was thought dead lets go when its successor is at work', async () => {
    const engine: LlmEngine = {
      name: 'slow',
      warmUp: async () => undefined,
      async *reply(_, signal) {
        yield { type: 'text', text: 'Let me see. ' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      close: async () => undefined,
    };
    const { reply } = llmActivities({
      ...deps(),
      engineFor: () => engine,
      adapters: { get: () => undefined, inStep: true },
      ...workflow,
    });
    const input = { ...armed(), domain: 'banking', adapter: 'default' };
    const first = attempt(1, reply, input);
    await stream.emit(final(10101));
    await until(() => of('reply.sentence').length === 1);
    await stream.emit({
      type: 'reply.sentence',
      at: now(),
      turn: 1,
      attempt: 102,
      revision: 10101,
      index: 1,
      text: 'Yes.',
    });
    await expect(first.result).rejects.toThrow('another attempt has taken over');
  });

  test('an engine that refuses for good is not asked again', async () => {
    const refusing = createScriptedStt();
    const engine = {
      ...refusing,
      open: () => {
        throw new EngineError('scripted', 'the key is wrong', { retryable: false });
      },
    };
    const { listen } = sttActivities(deps(), engine);
    const { result } = attempt(1, listen, {
      ...armed(),
      domain: 'banking',
      audioCursor: '0',
      connected: true,
    });
    const format = { encoding: 'mulaw', sampleRate: 8_000 } as const;
    await stream.sendIn({ audioMs: 0, format }, Buffer.alloc(800));
    await expect(result).rejects.toMatchObject({ type: 'EngineRefused', nonRetryable: true });
  });
});
