import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ChatServer, says } from '../../test/contracts/chat-server.ts';
import { partsOf, question, textOf } from '../../test/contracts/llm.ts';
import type { LlmEngine } from './engine.ts';
import { createOpenAi } from './openai.ts';

const server = new ChatServer();
/** Short, since the tests wait for them. */
const LIMITS = { firstTokenMs: 400, betweenTokensMs: 200, retries: 2, backoffMs: 5 };
let baseUrl: string;
let engine: LlmEngine;

const connect = (limits: typeof LIMITS) =>
  createOpenAi({ baseUrl, apiKey: 'sk-secret', model: 'test' }, limits);

beforeAll(async () => {
  baseUrl = await server.start();
  engine = connect({ ...LIMITS, firstTokenMs: 8_000, betweenTokensMs: 5_000 });
});
afterAll(() => server.stop());

const reply = (from = engine) => partsOf(from.reply(question(), new AbortController().signal));

describe('errors', () => {
  const fails = (status: number, message: string, code?: string): Answer => ({
    status,
    error: { message, code },
  });
  const failure = (from = engine) =>
    reply(from).then(
      () => expect.fail('there was no error'),
      (error: unknown) => error as Error,
    );

  test('before the first token are got over, twice', async () => {
    server.answerWith(fails(429, 'slow down'), fails(503, 'overloaded'), says('Hello.'));
    expect(textOf(await reply())).toBe('Hello.');
    server.answerWith(fails(500, 'broken'));
    expect(await failure()).toMatchObject({
      name: 'EngineError',
      message: 'openai: the endpoint answered 500 broken',
      retryable: true,
    });
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    [400, 'the prompt is too long', undefined, /the endpoint answered 400 the prompt is too long/],
    [
      401,
      'Incorrect API key provided: sk-secret',
      undefined,
      /refused the key \(401\): check OPENAI_API_KEY/,
    ],
    [404, 'no such model', undefined, /no such model or address \(404\): check OPENAI_MODEL/],
    [429, 'you have no credit', 'insufficient_quota', /429 you have no credit/],
  ])('of %i that no waiting helps are told at once', async (status, message, code, told) => {
    server.answerWith(fails(status, message, code));
    const error = await failure();
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toMatch(told);
    expect(error.message).not.toContain('sk-secret');
    expect(server.requests).toHaveLength(1);
  });

  test('a wait longer than the caller would is not waited', async () => {
    server.answerWith(
      { ...fails(429, 'slow down'), headers: { 'retry-after': '60' } } as Answer,
      says('Late.'),
    );
    expect(await failure()).toMatchObject({ retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('after the first token are not got over, since it was spoken', async () => {
    server.answerWith({ chunks: [{ delta: { content: 'Your ' } }], end: 'break' }, says('Again.'));
    const error = await failure();
    expect(error).toMatchObject({ name: 'EngineError', retryable: true });
    expect(error.message).toMatch(/^openai: the connection failed/);
    expect(server.requests).toHaveLength(1);
  });

  test('an answer without an end is one', async () => {
    server.answerWith({ chunks: [{ delta: { content: 'Your balance is' } }] });
    expect((await failure()).message).toBe('openai: the answer broke off');
  });

  test.each([[[]], [[{ delta: { content: '  \n' } }]]])('an answer without words is one', async (chunks) => {
    server.answerWith({ chunks: [...chunks, { finish: 'stop' }] });
    expect((await failure()).message).toBe('openai: the answer is empty');
  });

  test('an answer that never begins, or stops, is one', async () => {
    const impatient = connect(LIMITS);
    server.answerWith({ chunks: [], end: 'hang' });
    expect((await failure(impatient)).message).toBe('openai: no answer began within 400 ms');
    server.answerWith({ chunks: [{ delta: { content: 'Well, ' } }], end: 'hang' });
    expect((await failure(impatient)).message).toBe('openai: the answer stopped for 200 ms');
  });

  test('nobody listening is one', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      closed.once('listening', resolve);
    });
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => {
      closed.close(resolve);
    });
    const nobody = createOpenAi({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'test' }, LIMITS);
    const error = await failure(nobody);
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/^openai: the connection failed: .*ECONNREFUSED/);
    await expect(nobody.warmUp()).rejects.toThrow('ECONNREFUSED');
  });

  test('neither key nor endpoint is one', () => {
    expect(() => createOpenAi({ model: 'test' })).toThrow('openai: set OPENAI_API_KEY, or OPENAI_BASE_URL');
  });
});
