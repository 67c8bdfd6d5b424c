import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoraAdapter } from '../../call/adapter.ts';
import { ChatServer, says } from '../../test/contracts/chat-server.ts';
import { partsOf, question, textOf } from '../../test/contracts/llm.ts';
import type { LlmEngine } from './engine.ts';
import { createOpenAi } from './openai.ts';

const adapter = (more: Partial<LoraAdapter> = {}): LoraAdapter => ({
  kind: 'lora',
  engine: 'openai',
  name: 'formal',
  version: 2,
  createdAt: 0,
  baseModel: 'small',
  weights: '/adapters/formal',
  decoding: {},
  ...more,
});

describe('LoRA weights behind an endpoint', () => {
  const server = new ChatServer();
  let engine: LlmEngine;
  beforeAll(async () => {
    engine = createOpenAi({ baseUrl: await server.start(), model: 'small' });
  });
  afterAll(() => server.stop());

  test('are loaded while it runs, asked for by their name, and let go of', async () => {
    await engine.adapters!.load(adapter());
    expect([...server.adapters]).toEqual([['formal@2', '/adapters/formal']]);
    server.answerWith(says('With pleasure.'));
    const request = {
      ...question(),
      adapter: { weights: 'formal@2', decoding: { temperature: 0.2, maxTokens: 40 } },
    };
    expect(textOf(await partsOf(engine.reply(request, new AbortController().signal)))).toBe('With pleasure.');
    await partsOf(engine.reply(question(), new AbortController().signal));
    expect(server.requests).toMatchObject([
      { model: 'formal@2', temperature: 0.2, max_tokens: 40 },
      { model: 'small' },
    ]);
    expect(server.requests[1]).not.toHaveProperty('temperature');
    await engine.adapters!.unload('formal@2');
    expect(server.adapters.size).toBe(0);
  });

  test('that another worker has loaded, or let go of, are as they should be', async () => {
    await engine.adapters!.load(adapter());
    await engine.adapters!.load(adapter());
    await engine.adapters!.unload('formal@2');
    await engine.adapters!.unload('formal@2');
  });

  test('that are corrupt, or for another model, are refused with the reason', async () => {
    const corrupt = engine.adapters!.load(adapter({ weights: '/adapters/corrupt' }));
    await expect(corrupt).rejects.toThrow('can’t load /adapters/corrupt: 500 Loading lora formal@2 failed');
    const other = engine.adapters!.load(adapter({ baseModel: 'large' }));
    await expect(other).rejects.toThrow('formal@2 is for the model large, and the endpoint runs small');
    expect(server.adapters.size).toBe(0);
  });
});
