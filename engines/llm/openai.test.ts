import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calls, ChatServer, says } from '../../test/contracts/chat-server.ts';
import { llmContract, partsOf, question, textOf } from '../../test/contracts/llm.ts';
import type { LlmEngine, LlmRequest, Tool } from './engine.ts';
import { createOpenAi } from './openai.ts';

const server = new ChatServer();
let baseUrl: string;
let engine: LlmEngine;
const connect = () => createOpenAi({ baseUrl, apiKey: 'sk-secret', model: 'test' });

beforeAll(async () => {
  baseUrl = await server.start();
  engine = connect();
});
afterAll(() => server.stop());

const reply = (request: LlmRequest = question()) =>
  partsOf(engine.reply(request, new AbortController().signal));

llmContract('an OpenAI endpoint', async () => {
  server.answerWith(says('Your balance is forty two dollars.'));
  return connect();
});

describe('an OpenAI endpoint', () => {
  test('is given the instructions and the dialogue, as far as it was heard', async () => {
    server.answerWith(says('Hello.'));
    await reply({
      ...question(),
      messages: [
        { role: 'caller', text: 'Hi' },
        { role: 'bot', text: 'Hello, how' },
        { role: 'caller', text: 'Wait' },
        { role: 'bot', text: '' },
        { role: 'caller', text: 'My balance?' },
      ],
    });
    expect(server.requests[0]).toMatchObject({ model: 'test', stream: true });
    expect(server.requests[0]!.messages).toEqual([
      { role: 'system', content: 'You answer for a bank.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello, how' },
      { role: 'user', content: 'Wait' },
      { role: 'user', content: 'My balance?' },
    ]);
    expect(server.requests[0]!.tools).toBeUndefined();
  });

  test('talks no longer than a caller listens', async () => {
    server.answerWith(says('word '.repeat(1_000)));
    expect(textOf(await reply())).toHaveLength(2_000);
  });

  test('that nobody waits for is hung up on', async () => {
    server.answerWith({ chunks: [{ delta: { content: 'Well, ' } }], end: 'hang' });
    const abort = new AbortController();
    for await (const _ of engine.reply(question(), abort.signal)) abort.abort();
    await expect.poll(() => server.abandoned).toBe(1);
  });
});

describe('tools', () => {
  const payment: Tool<{ amount: number; months: number }> = {
    name: 'monthly_payment',
    description: 'The payment a month.',
    input: z.object({ amount: z.number().positive(), months: z.number().int() }),
    run: ({ amount, months }) => {
      if (months === 0) throw new Error('months must not be 0');
      return { payment: amount / months };
    },
  };
  const withTools = (): LlmRequest => ({ ...question('What would I pay?'), tools: [payment] });

  test('are described to the model, used, and their results told to it', async () => {
    server.answerWith(
      calls({ name: 'monthly_payment', args: '{"amount":1200,"months":12}' }),
      says('One hundred dollars a month.'),
    );
    const parts = await reply(withTools());
    expect(server.requests[0]!.tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'monthly_payment',
          description: 'The payment a month.',
          parameters: expect.objectContaining({ type: 'object', required: ['amount', 'months'] }),
        },
      },
    ]);
    expect(parts[0]).toEqual({
      type: 'tool',
      name: 'monthly_payment',
      input: { amount: 1_200, months: 12 },
      output: { payment: 100 },
    });
    expect(textOf(parts)).toBe('One hundred dollars a month.');
    expect(server.requests[1]!.messages.slice(-2)).toMatchObject([
      { role: 'assistant', tool_calls: [{ id: 'call_0' }] },
      { role: 'tool', tool_call_id: 'call_0', content: '{"payment":100}' },
    ]);
    expect(parts.at(-1)).toEqual({ type: 'usage', inputTokens: 50, outputTokens: 15 });
  });

  test.each([
    ['of the wrong kind', '{"amount":"a lot","months":12}', /^error: wrong arguments: .*amount/s],
    ['missing', '', /^error: wrong arguments: .*months/s],
    ['not JSON', '{"amount":', /^error: the arguments are not JSON/],
    ['that make no sense', '{"amount":1,"months":0}', /^error: months must not be 0/],
  ])('arguments %s are told to the model', async (_, args, told) => {
    server.answerWith(calls({ name: 'monthly_payment', args }), says('For how many months?'));
    const parts = await reply(withTools());
    expect(server.requests[1]!.messages.at(-1)!.content).toMatch(told);
    expect(parts.filter(({ type }) => type === 'tool')).toEqual([]);
    expect(textOf(parts)).toBe('For how many months?');
  });

  test('that do not exist are told to the model', async () => {
    server.answerWith(calls({ name: 'send_money', args: '{}' }), says('I cannot do that.'));
    await reply(withTools());
    expect(server.requests[1]!.messages.at(-1)!.content).toBe('error: there is no tool send_money');
  });

  test('can be used several at once', async () => {
    server.answerWith(
      calls(
        { name: 'monthly_payment', args: '{"amount":100,"months":10}' },
        { name: 'monthly_payment', args: '{"amount":100,"months":20}' },
      ),
      says('Ten or five.'),
    );
    const parts = await reply(withTools());
    const tools = parts.filter((part) => part.type === 'tool');
    expect(tools.map(({ output }) => output)).toEqual([{ payment: 10 }, { payment: 5 }]);
  });

  test('are used for four rounds, then the model has to answer', async () => {
    const again = calls({ name: 'monthly_payment', args: '{"amount":100,"months":10}' });
    server.answerWith(again, again, again, again, says('Ten dollars.'));
    expect(textOf(await reply(withTools()))).toBe('Ten dollars.');
    expect(server.requests.map(({ tool_choice }) => tool_choice)).toEqual([
      'auto',
      'auto',
      'auto',
      'auto',
      'none',
    ]);
    server.answerWith(again);
    await expect(reply(withTools())).rejects.toThrow('openai: the answer is empty');
    expect(server.requests).toHaveLength(5);
  });

  test('words before and after a tool do not run together', async () => {
    const call = calls({ name: 'monthly_payment', args: '{"amount":100,"months":10}' }) as { chunks: [] };
    server.answerWith(
      { chunks: [{ delta: { content: 'One moment.' } }, ...call.chunks] },
      says('Ten dollars.'),
    );
    expect(textOf(await reply(withTools()))).toBe('One moment. Ten dollars.');
  });
});
