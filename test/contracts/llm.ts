import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LlmEngine, LlmPart, LlmRequest } from '../../engines/llm/engine.ts';

export const question = (text = 'What is my balance?'): LlmRequest => ({
  domain: 'banking',
  instructions: 'You answer for a bank.',
  messages: [{ role: 'caller', text }],
  tools: [],
});

export async function partsOf(reply: AsyncIterable<LlmPart>): Promise<LlmPart[]> {
  const parts: LlmPart[] = [];
  for await (const part of reply) parts.push(part);
  return parts;
}

export const textOf = (parts: LlmPart[]) =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** What everything does that writes replies. */
export function llmContract(name: string, makeEngine: () => Promise<LlmEngine>) {
  describe(`${name} writes replies`, () => {
    let engine: LlmEngine;

    beforeAll(async () => {
      engine = await makeEngine();
      await engine.warmUp();
    });
    afterAll(() => engine?.close());

    const signal = () => new AbortController().signal;

    test('a reply comes in parts that make up a text', async () => {
      const parts = await partsOf(engine.reply(question(), signal()));
      const texts = parts.filter(({ type }) => type === 'text');
      expect(texts.length).toBeGreaterThan(1);
      // A small model may talk until it is stopped.
      expect(textOf(parts)).toMatch(/^\w[^.?!]+[.?!]/);
    });

    test('what the reply took is told', async () => {
      const parts = await partsOf(engine.reply(question(), signal()));
      const usage = parts.filter((part) => part.type === 'usage');
      expect(usage.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).toBeGreaterThan(0);
      expect(usage.reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBeGreaterThan(0);
    });

    test('a reply that nobody waits for any more ends early, without an error', async () => {
      const abort = new AbortController();
      const parts: LlmPart[] = [];
      for await (const part of engine.reply(question(), abort.signal)) {
        parts.push(part);
        abort.abort();
      }
      expect(parts).toHaveLength(1);
      expect(await partsOf(engine.reply(question(), abort.signal))).toEqual([]);
    });

    test('several replies can be written at once', async () => {
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => partsOf(engine.reply(question(), signal()))),
      );
      for (const parts of replies) expect(textOf(parts)).not.toBe('');
    });
  });
}
