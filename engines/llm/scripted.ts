import { setTimeout as sleep } from 'node:timers/promises';
import type { LlmEngine, LlmPart } from './engine.ts';

const TOKENS = 'Your balance is forty two dollars. Anything else I can help with?'.match(/\S+\s*/g)!;
const MS_BETWEEN_TOKENS = 5;

/**
 * Answers everything with the same twelve tokens, the first at once, the others 5 ms apart by a schedule of its own, so
 * that late timers don't add up: for tests and benchmarks.
 */
export function createScriptedLlm(): LlmEngine {
  return {
    name: 'scripted',
    byTemplate: true,
    async warmUp() {},
    async *reply({ messages }, signal): AsyncGenerator<LlmPart> {
      const startedAt = performance.now();
      for (const [index, text] of TOKENS.entries()) {
        const left = startedAt + index * MS_BETWEEN_TOKENS - performance.now();
        if (left > 0) await sleep(left, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        yield { type: 'text', text };
      }
      yield { type: 'usage', inputTokens: messages.length, outputTokens: TOKENS.length };
    },
    async close() {},
  };
}
