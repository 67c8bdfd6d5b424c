import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TtsEngine } from '../../engines/tts/engine.ts';
import { joined, loudness } from './audio.ts';

const LONG =
  'I can offer you a loan of ten thousand dollars over three years, at six percent, which comes to three hundred and four dollars a month.';

/** What every voice does; `timeout` for each test, ms. */
export function ttsContract(name: string, makeEngine: () => TtsEngine, timeout = 60_000) {
  describe(`${name} is a voice`, { timeout }, () => {
    let engine: TtsEngine;

    beforeAll(async () => {
      engine = makeEngine();
      await engine.warmUp();
    });
    afterAll(() => engine?.close());

    const say = async (text: string, signal = new AbortController().signal) => {
      const pieces: Int16Array[] = [];
      for await (const piece of engine.synthesize({ text, voice: 'default', speed: 1 }, signal)) {
        expect(piece.length).toBeGreaterThan(0);
        pieces.push(piece);
      }
      return pieces;
    };
    const seconds = (pieces: Int16Array[]) => joined(pieces).length / engine.sampleRate;

    test('a sentence becomes audio that can be heard, from its start on', async () => {
      const audio = joined(await say('Your balance is forty two dollars.'));
      expect(loudness(audio)).toBeGreaterThan(300);
      expect(loudness(audio.subarray(0, engine.sampleRate / 10))).toBeGreaterThan(100);
    });

    test('a longer sentence takes longer, each as long as a person would', async () => {
      const short = seconds(await say('Yes, of course.'));
      const long = seconds(await say(LONG));
      expect(short).toBeGreaterThan(0.3);
      expect(short).toBeLessThan(3);
      expect(long).toBeGreaterThan(5);
      expect(long).toBeLessThan(15);
    });

    test('text without words is silence', async () => {
      expect(await say('')).toEqual([]);
    });

    test('several sentences can be in the making at once', async () => {
      const lengths = (await Promise.all([say(LONG), say('Yes, of course.'), say(LONG)])).map(seconds);
      expect(lengths[1]).toBeLessThan(lengths[0]!);
      expect(lengths[2]! / lengths[0]!).toBeCloseTo(1, 0);
    });

    test('what nobody waits for any more ends early, without an error', async () => {
      const whole = seconds(await say(LONG.repeat(3)));
      const abort = new AbortController();
      let heard = 0;
      const request = { text: LONG.repeat(3), voice: 'default', speed: 1 };
      for await (const piece of engine.synthesize(request, abort.signal)) {
        heard += piece.length / engine.sampleRate;
        abort.abort();
      }
      expect(heard).toBeGreaterThan(0);
      expect(heard).toBeLessThan(whole / 2);
      expect(await say(LONG, abort.signal)).toEqual([]);
    });

    test('there is a default voice', () => {
      expect(engine.voices).toContain('default');
    });
  });
}
