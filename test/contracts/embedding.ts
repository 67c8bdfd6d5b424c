import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';

/** What every embedding does. */
export function embeddingContract(name: string, makeEngine: () => EmbeddingEngine) {
  describe(`${name} is an embedding`, () => {
    let engine: EmbeddingEngine;

    beforeAll(async () => {
      engine = makeEngine();
      await engine.warmUp();
    });
    afterAll(() => engine?.close());

    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

    test('a text becomes a vector of unit length', async () => {
      const [vector] = await engine.embed(['what is my account balance']);
      expect(vector!.length).toBe(engine.dimensions);
      expect(dot(vector!, vector!)).toBeCloseTo(1, 4);
    });

    test('vectors come in the order of the texts, each the same as alone', async () => {
      const texts = ['what is my account balance', 'I lost my credit card', 'goodbye'];
      const together = await engine.embed(texts);
      for (const [i, text] of texts.entries()) {
        const [alone] = await engine.embed([text]);
        expect(dot(together[i]!, alone!)).toBeCloseTo(1, 3);
      }
    });

    test('texts about the same are closer than others', async () => {
      const [balance, account, cat] = await engine.embed([
        'what is my account balance',
        'tell me the balance of my account',
        'cats sleep on warm roofs',
      ]);
      expect(dot(balance!, account!)).toBeGreaterThan(dot(balance!, cat!) + 0.2);
    });

    test('no texts, no vectors', async () => {
      expect(await engine.embed([])).toEqual([]);
    });

    test('an empty text and one of a thousand words have vectors too', async () => {
      for (const vector of await engine.embed(['', 'loan '.repeat(1_000)])) {
        expect(dot(vector, vector)).toBeCloseTo(1, 4);
      }
    });

    test('many requests at once are all answered', async () => {
      const texts = Array.from({ length: 60 }, (_, i) => `payment ${i} of my loan`);
      const vectors = (await Promise.all(texts.map((text) => engine.embed([text])))).flat();
      const [last] = await engine.embed([texts.at(-1)!]);
      expect(vectors.length).toBe(60);
      expect(dot(vectors.at(-1)!, last!)).toBeCloseTo(1, 3);
    });
  });
}
