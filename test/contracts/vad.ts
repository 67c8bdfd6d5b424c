import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VadEngine, VadStream } from '../../engines/vad/engine.ts';
import { noise, recording } from './audio.ts';

/** What every voice detector does. */
export function vadContract(name: string, makeEngine: () => VadEngine) {
  describe(`${name} is a voice detector`, () => {
    let engine: VadEngine;

    beforeAll(async () => {
      engine = makeEngine();
      await engine.warmUp();
    });
    afterAll(() => engine?.close());

    const listen = async (stream: VadStream, samples: Int16Array) => {
      const probabilities: number[] = [];
      const size = stream.windowSamples;
      for (let at = 0; at + size <= samples.length; at += size) {
        probabilities.push(await stream.next(samples.subarray(at, at + size)));
      }
      return probabilities;
    };
    const share = (probabilities: number[]) =>
      probabilities.filter((probability) => probability > 0.5).length / probabilities.length;

    describe.each([8_000, 16_000] as const)('at %i Hz', (rate) => {
      test('a window is 32 ms', () => {
        expect(engine.open(rate).windowSamples).toBe((rate * 32) / 1_000);
      });

      test('speech is told from the silence before and after it', async () => {
        // 0.3 s of silence, the words, 0.8 s of silence.
        const probabilities = await listen(engine.open(rate), recording('loan', rate));
        expect(share(probabilities.slice(0, 8))).toBe(0);
        expect(share(probabilities.slice(12, -30))).toBeGreaterThan(0.85);
        expect(share(probabilities.slice(-12))).toBe(0);
      });

      test('speech after a long silence is found as before', async () => {
        const silence = new Int16Array(rate * 6);
        const words = recording('card', rate);
        const stream = engine.open(rate);
        await listen(stream, silence);
        const late = await listen(stream, words);
        const fresh = await listen(engine.open(rate), words);
        expect(
          Math.abs(late.findIndex((p) => p > 0.5) - fresh.findIndex((p) => p > 0.5)),
        ).toBeLessThanOrEqual(2);
        expect(Math.abs(share(late) - share(fresh))).toBeLessThan(0.05);
      });

      test('noise of the line is not speech', async () => {
        expect(share(await listen(engine.open(rate), noise(rate * 3, 200)))).toBe(0);
      });

      test('callers heard at the same time are told apart', async () => {
        const [words, silence] = [recording('hours', rate), new Int16Array(rate * 3)];
        const alone = await listen(engine.open(rate), words);
        const together = await Promise.all(
          [words, silence, words].map((samples) => listen(engine.open(rate), samples)),
        );
        expect(share(together[1]!)).toBe(0);
        for (const heard of [together[0]!, together[2]!]) {
          heard.forEach((probability, i) => expect(probability).toBeCloseTo(alone[i]!, 3));
        }
      });

      test('windows given without waiting are taken in order', async () => {
        const stream = engine.open(rate);
        const words = recording('human', rate).subarray(rate * 0.3, rate * 0.3 + stream.windowSamples * 40);
        const windows = Array.from({ length: 40 }, (_, i) =>
          words.subarray(i * stream.windowSamples, (i + 1) * stream.windowSamples),
        );
        const given = await Promise.all(windows.map((window) => stream.next(window)));
        const waited = await listen(engine.open(rate), words);
        given.forEach((probability, i) => expect(probability).toBeCloseTo(waited[i]!, 3));
      });

      test('a window of another size is refused', async () => {
        await expect(engine.open(rate).next(new Int16Array(100))).rejects.toThrow(/samples/);
      });
    });
  });
}
