import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recording } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { sttContract } from '../../test/contracts/stt.ts';
import { EngineError } from '../error.ts';
import type { FallbackEvent } from '../fallback.ts';
import type { SttEngine, SttOptions } from './engine.ts';
import { withFallback } from './fallback.ts';
import { createMoonshine } from './moonshine.ts';

type Behaviour = 'hears' | 'fails' | 'hangs' | 'refuses';

/** Hears how many samples came; does what it is told. */
function scripted(name: string) {
  const engine = {
    name,
    behaviour: 'hears' as Behaviour,
    opened: 0,
    closed: 0,
    warmUp: async () => undefined,
    close: async () => undefined,
    open({ onPartial }: SttOptions) {
      engine.opened++;
      if (engine.behaviour === 'refuses') throw new EngineError(name, 'refuses', { retryable: true });
      let samples = 0;
      return {
        write(audio: Int16Array) {
          samples += audio.length;
          onPartial(`${name} ${samples}`);
        },
        finalize: () => {
          if (engine.behaviour === 'hangs') return new Promise<never>(() => undefined);
          if (engine.behaviour === 'fails') {
            return Promise.reject(new EngineError(name, 'is down', { retryable: true }));
          }
          return Promise.resolve({ text: `${name} ${samples}` });
        },
        listeningOdds: async () => samples,
        close() {
          engine.closed++;
        },
      };
    },
  };
  return engine satisfies SttEngine;
}

const refusing = scripted('refusing');
refusing.behaviour = 'refuses';

sttContract(
  'a recogniser behind one that is down',
  () => withFallback(refusing, createMoonshine(modelFolder()), { slowMs: 1_000, report: () => undefined }),
  async () => ({
    samples: recording('rate', 16_000),
    words: 'What is the interest rate on a personal loan?',
  }),
);

describe('a recogniser with another one behind it', () => {
  let first: ReturnType<typeof scripted>;
  let second: ReturnType<typeof scripted>;
  let engine: SttEngine;
  let events: FallbackEvent['type'][];
  let partials: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    first = scripted('first');
    second = scripted('second');
    events = [];
    partials = [];
    engine = withFallback(first, second, { slowMs: 1_000, report: ({ type }) => events.push(type) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const open = () => engine.open({ language: 'en', onPartial: (text) => partials.push(text) });
  async function turn() {
    const stream = open();
    stream.write(new Int16Array(320));
    const transcript = await stream.finalize();
    stream.close();
    return transcript;
  }

  test('hears alone for as long as it does', async () => {
    expect(await turn()).toEqual({ text: 'first 320' });
    expect(second.opened).toBe(0);
  });

  test.each(['fails', 'refuses'] as const)('is replaced within the turn when it %s', async (behaviour) => {
    first.behaviour = behaviour;
    expect(await turn()).toEqual({ text: 'second 320', engine: 'second' });
    expect(events).toEqual(['took-over']);
  });

  test('is replaced when its transcript is late', async () => {
    first.behaviour = 'hangs';
    const transcript = turn();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await transcript).toEqual({ text: 'second 320', engine: 'second' });
    expect(first.closed).toBe(1);
  });

  test('that dies in a turn leaves nothing unheard', async () => {
    const stream = open();
    stream.write(new Int16Array(320));
    expect(await stream.finalize()).toEqual({ text: 'first 320' });
    stream.write(new Int16Array(160));
    first.behaviour = 'fails';
    expect((await stream.finalize()).text).toBe('second 480');
    stream.write(new Int16Array(160));
    first.behaviour = 'hears';
    expect((await stream.finalize()).text).toBe('second 640');
    expect(partials.at(-1)).toBe('second 640');
    stream.close();
  });

  test('tells by sound what the one that hears can tell', async () => {
    const stream = open();
    stream.write(new Int16Array(320));
    expect(await stream.listeningOdds!()).toBe(320);
    first.behaviour = 'fails';
    await stream.finalize();
    expect(await stream.listeningOdds!()).toBe(320);
    expect(first.closed).toBe(1);
    stream.close();
  });

  test('is left out after two failures, then hears along, and is back', async () => {
    first.behaviour = 'fails';
    for (let i = 0; i < 3; i++) await turn();
    expect(first.opened).toBe(2);
    expect(events).toEqual(['took-over', 'took-over', 'skipped']);
    await vi.advanceTimersByTimeAsync(10_000);
    await turn();
    expect(first.opened).toBe(3);
    expect(events).toHaveLength(3);
    first.behaviour = 'hears';
    await vi.advanceTimersByTimeAsync(10_000);
    partials.length = 0;
    expect((await turn()).text).toBe('second 320');
    expect(partials).toEqual(['second 320']);
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toBe('back');
    expect((await turn()).text).toBe('first 320');
  });

  test('a closed stream has no transcript', async () => {
    const stream = open();
    first.behaviour = 'hangs';
    const transcript = stream.finalize().catch((error: unknown) => error);
    stream.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await transcript).toBeInstanceOf(EngineError);
    await expect(stream.finalize()).rejects.toThrow('the stream was closed');
    expect(events).toEqual([]);
  });
});
