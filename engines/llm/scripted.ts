import { setTimeout as sleep } from 'node:timers/promises';
import type { LlmEngine, LlmPart } from './engine.ts';

const TOKENS = 'Your balance is forty two dollars. Anything else I can help with?'.match(/\S+\s*/g)!;
const MS_BETWEEN_TOKENS = 5;

/** Answers everything with the same twelve tokens, the first at once, the others 5 ms apart: for tests and benchmarks. */
export function createScriptedLlm(): LlmEngine {
  return {
    name: 'scripted',
    byTemplate: true,
    async warmUp() {},
    async *reply({ messages }, signal): AsyncGenerator<LlmPart> {
      for (const [index, text] of TOKENS.entries()) {
        if (index > 0) await sleep(MS_BETWEEN_TOKENS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        yield { type: 'text', text };
      }
      yield { type: 'usage', inputTokens: messages.length, outputTokens: TOKENS.length };
    },
    async close() {},
  };
}
