import { setTimeout as sleep } from 'node:timers/promises';
import type { LlmEngine, LlmPart } from '../../../engines/llm/engine.ts';
import { answerTo, debtOf, lineIn, notUnderstood, planMonths, wantsEffect } from '../script.ts';
import { moodOf, suffer } from './mood.ts';

/** Between words, ms: a reply takes some 200 ms to write, so that a fault may fall into it. */
const WORD_MS = 10;

/** In the scripted model's place: answers each line of the script, some with an effect. */
export const createScriptedLlm = (): LlmEngine => ({
  name: 'scripted',
  byTemplate: true,
  async warmUp() {},
  async *reply({ messages, effects }, signal): AsyncGenerator<LlmPart> {
    await suffer('llm', signal);
    const line = lineIn(messages.at(-1)?.text ?? '');
    if (line && wantsEffect(line)) {
      const done = await effects?.use('payment_plan_create', { debt: debtOf(line), months: planMonths });
      if (!done?.done) yield { type: 'text', text: 'It could not be done. ' };
    }
    if (moodOf('llm') === 'garbage') yield { type: 'text', text: '\ufffd{"' };
    const text = line ? answerTo(line).join(' ') : notUnderstood;
    for (const word of text.match(/\S+\s*/g)!) {
      if (signal.aborted) return;
      yield { type: 'text', text: word };
      await sleep(WORD_MS, undefined, { signal }).catch(() => undefined);
    }
    yield { type: 'usage', inputTokens: messages.length, outputTokens: text.length };
  },
  async close() {},
});
