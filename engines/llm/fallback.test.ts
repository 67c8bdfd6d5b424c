import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { partsOf, question, textOf } from '../../test/contracts/llm.ts';
import { EngineError } from '../error.ts';
import type { FallbackEvent } from '../fallback.ts';
import type { EffectOutcome } from '../../call/effects.ts';
import type { LlmEngine, LlmPart, LlmRequest } from './engine.ts';
import { withFallback } from './fallback.ts';

type Behaviour = 'answers' | 'fails' | 'hangs' | 'breaks' | 'transfers';

/** An engine that does what it is told, and says what it was asked. */
function scripted(name: string) {
  const engine = {
    name,
    behaviour: 'answers' as Behaviour,
    asked: 0,
    /** Requests that were ended before they had been answered. */
    abandoned: 0,
    warmUp: async () => {
      if (engine.behaviour === 'fails') throw new EngineError(name, 'is down', { retryable: true });
    },
    close: async () => undefined,
    async *reply({ effects }: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmPart> {
      engine.asked++;
      if (engine.behaviour === 'transfers') await effects?.use('transfer', {});
      if (engine.behaviour === 'fails') throw new EngineError(name, 'is down', { retryable: true });
      if (engine.behaviour === 'hangs') {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        engine.abandoned++;
        return;
      }
      yield { type: 'tool', name: 'look_up', input: {}, output: name };
      yield { type: 'text', text: `${name} ` };
      if (engine.behaviour === 'breaks') throw new EngineError(name, 'broke off', { retryable: true });
      yield { type: 'text', text: 'answers.' };
    },
  };
  return engine satisfies LlmEngine;
}

describe('a model with another one behind it', () => {
  let first: ReturnType<typeof scripted>;
  let second: ReturnType<typeof scripted>;
  let engine: LlmEngine;
  let events: FallbackEvent['type'][];

  beforeEach(() => {
    vi.useFakeTimers();
    first = scripted('first');
    second = scripted('second');
    events = [];
    engine = withFallback(first, second, { slowMs: 1_000, report: ({ type }) => events.push(type) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const ask = () => partsOf(engine.reply(question(), new AbortController().signal));
  const answer = async () => textOf(await ask());
  const failTwice = async () => {
    first.behaviour = 'fails';
    await ask();
    await ask();
  };

  test('answers alone for as long as it does', async () => {
    expect(await answer()).toBe('first answers.');
    expect(await ask()).not.toContainEqual({ type: 'engine', name: 'second' });
    expect(second.asked).toBe(0);
  });

  test('is replaced within the turn when it fails, and the answer says by whom', async () => {
    first.behaviour = 'fails';
    const parts = await ask();
    expect(textOf(parts)).toBe('second answers.');
    expect(parts[0]).toEqual({ type: 'engine', name: 'second' });
    expect(parts.filter(({ type }) => type === 'tool')).toHaveLength(1);
    expect(events).toEqual(['took-over']);
    first.behaviour = 'answers';
    expect(await answer()).toBe('first answers.');
  });

  test('is replaced when it is slow, and hung up on', async () => {
    first.behaviour = 'hangs';
    const reply = answer();
    await vi.advanceTimersByTimeAsync(999);
    expect(second.asked).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reply).toBe('second answers.');
    expect(first.abandoned).toBe(1);
  });

  test('is not asked any more after two failures in a row', async () => {
    await failTwice();
    expect(await answer()).toBe('second answers.');
    expect(first.asked).toBe(2);
    expect(events).toEqual(['took-over', 'took-over', 'skipped']);
  });

  test('is asked beside the other after 10 s, and is back when it answers', async () => {
    await failTwice();
    await vi.advanceTimersByTimeAsync(9_999);
    await ask();
    expect(first.asked).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    first.behaviour = 'answers';
    expect(await answer()).toBe('second answers.');
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toBe('back');
    expect(await answer()).toBe('first answers.');
  });

  test('keeps nobody waiting while it is tried and is still slow', async () => {
    await failTwice();
    first.behaviour = 'hangs';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer()).toBe('second answers.');
    expect(await answer()).toBe('second answers.');
    expect(first.asked).toBe(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(first.abandoned).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    await ask();
    expect(first.asked).toBe(4);
  });

  test('that breaks off after its first word has spoken: there is no second beginning', async () => {
    first.behaviour = 'breaks';
    await expect(ask()).rejects.toThrow('first: broke off');
    expect(second.asked).toBe(0);
    await expect(ask()).rejects.toThrow();
    expect(await answer()).toBe('second answers.');
  });

  test('that waits for an effect is not slow, and has none done while it is tried', async () => {
    let done!: (outcome: EffectOutcome) => void;
    let used = 0;
    const use = () => {
      used++;
      return new Promise<EffectOutcome>((resolve) => {
        done = resolve;
      });
    };
    const request = { ...question(), effects: { tools: [], use } };
    const askWith = () => partsOf(engine.reply(request, new AbortController().signal));
    first.behaviour = 'transfers';
    const reply = askWith();
    await vi.advanceTimersByTimeAsync(5_000);
    done({ done: true, output: {} });
    expect(textOf(await reply)).toBe('first answers.');
    await failTwice();
    await vi.advanceTimersByTimeAsync(10_000);
    first.behaviour = 'transfers';
    expect(textOf(await askWith())).toBe('second answers.');
    expect(used).toBe(1);
  });

  test('that nobody waits for any more has not failed', async () => {
    first.behaviour = 'hangs';
    for (let i = 0; i < 3; i++) {
      const abort = new AbortController();
      const reply = partsOf(engine.reply(question(), abort.signal));
      abort.abort();
      expect(await reply).toEqual([]);
    }
    expect(events).toEqual([]);
  });

  test('may be down when a worker starts; both may not', async () => {
    first.behaviour = 'fails';
    await engine.warmUp();
    second.behaviour = 'fails';
    await expect(engine.warmUp()).rejects.toThrow('first: is down');
  });
});
