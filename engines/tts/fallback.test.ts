import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { joined } from '../../test/contracts/audio.ts';
import { ttsContract } from '../../test/contracts/tts.ts';
import { EngineError } from '../error.ts';
import type { FallbackEvent } from '../fallback.ts';
import type { TtsEngine } from './engine.ts';
import { withFallback } from './fallback.ts';
import { createScriptedTts } from './scripted.ts';

const silent: TtsEngine = {
  ...createScriptedTts(),
  // eslint-disable-next-line require-yield
  async *synthesize({ text }) {
    if (text) throw new EngineError('silent', 'is down', { retryable: true });
  },
};

ttsContract('a voice behind one that is down', () =>
  withFallback(silent, createScriptedTts(), { slowMs: 1_000, report: () => undefined }),
);

/** Says each sentence in four pieces of 100 ms, all samples of one value; fails before the piece `failsAt`. */
function scripted(name: string, value: number, sampleRate: number) {
  const engine = {
    name,
    sampleRate,
    voices: ['default', name],
    failsAt: Infinity,
    hangs: false,
    asked: [] as string[],
    warmUp: async () => undefined,
    close: async () => undefined,
    async *synthesize({ voice }: { voice: string }, signal: AbortSignal) {
      engine.asked.push(voice);
      if (engine.hangs) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        return;
      }
      for (let i = 0; i < 4 && !signal.aborted; i++) {
        if (i >= engine.failsAt) throw new EngineError(name, 'broke off', { retryable: true });
        yield new Int16Array(sampleRate / 10).fill(value);
      }
    },
  };
  return engine satisfies TtsEngine;
}

describe('a voice with another one behind it', () => {
  let first: ReturnType<typeof scripted>;
  let second: ReturnType<typeof scripted>;
  let engine: TtsEngine;
  let events: FallbackEvent['type'][];

  beforeEach(() => {
    vi.useFakeTimers();
    first = scripted('first', 1_000, 24_000);
    second = scripted('second', 2_000, 16_000);
    events = [];
    engine = withFallback(first, second, { slowMs: 1_000, report: ({ type }) => events.push(type) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function say(voice = 'default') {
    const pieces: Int16Array[] = [];
    const spokenBy: string[] = [];
    const request = { text: 'Hello.', voice, speed: 1, onEngine: (name: string) => spokenBy.push(name) };
    for await (const piece of engine.synthesize(request, new AbortController().signal)) pieces.push(piece);
    return { audio: joined(pieces), spokenBy };
  }

  test('speaks alone for as long as it does', async () => {
    const { audio, spokenBy } = await say();
    expect(audio.every((sample) => sample === 1_000)).toBe(true);
    expect(spokenBy).toEqual(['first']);
    expect(second.asked).toEqual([]);
  });

  test('is replaced within the sentence when it fails or is slow, at its own rate', async () => {
    first.failsAt = 0;
    const { audio, spokenBy } = await say();
    expect(spokenBy).toEqual(['second']);
    expect(audio.length).toBe(0.4 * 24_000);
    expect(audio[4_800]).toBeCloseTo(2_000, -2);
    first.hangs = true;
    const slow = say();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await slow).spokenBy).toEqual(['second']);
    expect(events).toEqual(['took-over', 'took-over', 'skipped']);
  });

  test('that breaks off in a sentence is gone on from', async () => {
    first.failsAt = 2;
    const { audio, spokenBy } = await say();
    expect(spokenBy).toEqual(['first', 'second']);
    expect(audio.length).toBe(0.4 * 24_000);
    expect(audio[4_000]).toBe(1_000);
    expect(audio[6_000]).toBeCloseTo(2_000, -2);
  });

  test('has voices that the other does not', async () => {
    first.failsAt = 0;
    await say('first');
    expect(first.asked).toEqual(['first']);
    expect(second.asked).toEqual(['default']);
  });

  test('is left out after two failures, and back after 10 s, when it speaks', async () => {
    first.failsAt = 0;
    for (let i = 0; i < 3; i++) await say();
    expect(first.asked).toHaveLength(2);
    first.failsAt = Infinity;
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await say()).spokenBy).toEqual(['second']);
    await vi.advanceTimersByTimeAsync(0);
    expect((await say()).spokenBy).toEqual(['first']);
    expect(events.at(-1)).toBe('back');
  });
});
