import { afterAll, describe, expect, test } from 'vitest';
import { type LlamaServer, llamaRunsHere, startLlamaServer } from '../../test/contracts/llama-server.ts';
import { llmContract, partsOf, question, textOf } from '../../test/contracts/llm.ts';
import type { LlmEngine } from './engine.ts';
import { createOpenAi } from './openai.ts';

/** For the first token: five are answered at once, on cores that other tests use too, ms. */
const PATIENCE = { firstTokenMs: 60_000, betweenTokensMs: 30_000, retries: 0, backoffMs: 0 };

describe.skipIf(!llamaRunsHere)('with a real model', () => {
  let starting: Promise<LlamaServer> | undefined;
  const connect = async (): Promise<LlmEngine> => {
    starting ??= startLlamaServer();
    const { baseUrl } = await starting;
    return createOpenAi({ baseUrl, model: 'smollm2' }, PATIENCE);
  };
  afterAll(async () => (await starting)?.stop());

  llmContract('llama.cpp’s server', connect);

  test('the dialogue so far reaches the model', async () => {
    const engine = await connect();
    const signal = new AbortController().signal;
    const reply = partsOf(
      engine.reply(
        {
          ...question(),
          messages: [
            { role: 'caller', text: 'My name is Bartholomew.' },
            { role: 'bot', text: 'Nice to meet you, Bartholomew.' },
            { role: 'caller', text: 'What is my name?' },
          ],
        },
        signal,
      ),
    );
    expect(textOf(await reply)).toContain('Bartholomew');
  });
});
