import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SttEngine } from '../../engines/stt/engine.ts';
import { frames } from './audio.ts';
import { wordErrorRate } from '../../engines/stt/word-error-rate.ts';

export interface Utterance {
  /** 16 kHz. */
  samples: Int16Array;
  words: string;
}

/** What every recogniser does. `utterance` is something that it hears well. */
export function sttContract(name: string, makeEngine: () => SttEngine, utterance: () => Promise<Utterance>) {
  describe(`${name} is a recogniser`, () => {
    let engine: SttEngine;
    let said: Utterance;

    beforeAll(async () => {
      engine = makeEngine();
      said = await utterance();
      await engine.warmUp();
    });
    afterAll(() => engine?.close());

    const open = (onPartial: (text: string) => void = () => undefined) =>
      engine.open({ language: 'en', onPartial });
    const speak = (stream: ReturnType<typeof open>) => {
      for (const frame of frames(said.samples, 16_000, 20)) stream.write(frame);
    };

    test('what was said is transcribed', async () => {
      const stream = open();
      speak(stream);
      const { text, confidence } = await stream.finalize();
      expect(wordErrorRate(text, said.words)).toBeLessThanOrEqual(0.15);
      if (confidence !== undefined) expect(confidence).toSatisfy((c: number) => c >= 0 && c <= 1);
      stream.close();
    });

    test('words are told before the end is asked for', async () => {
      let stream!: ReturnType<typeof open>;
      const told = new Promise<string>((resolve) => {
        stream = open(resolve);
      });
      speak(stream);
      expect(await told).not.toBe('');
      stream.close();
    });

    test('a caller who goes on after the transcript is heard on', async () => {
      const stream = open();
      speak(stream);
      const first = await stream.finalize();
      speak(stream);
      const second = await stream.finalize();
      expect(second.text.length).toBeGreaterThanOrEqual(first.text.length);
      expect(await stream.finalize()).toEqual(second);
      stream.close();
    });

    test('without audio there are no words', async () => {
      const stream = open();
      expect((await stream.finalize()).text).toBe('');
      stream.close();
    });

    test('several callers at once each get their own transcript', async () => {
      const streams = [open(), open(), open(), open()];
      streams.slice(0, 3).forEach(speak);
      const texts = await Promise.all(streams.map(async (stream) => (await stream.finalize()).text));
      for (const text of texts.slice(0, 3)) {
        expect(wordErrorRate(text, said.words)).toBeLessThanOrEqual(0.15);
      }
      expect(texts[3]).toBe('');
      for (const stream of streams) stream.close();
    });

    test('a closed stream tells nothing any more', async () => {
      const partials: string[] = [];
      const stream = open((text) => partials.push(text));
      stream.close();
      speak(stream);
      const other = open();
      speak(other);
      await other.finalize();
      expect(partials).toEqual([]);
      other.close();
    });
  });
}
