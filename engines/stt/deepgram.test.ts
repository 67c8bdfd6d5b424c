import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { frames, recording } from '../../test/contracts/audio.ts';
import { DeepgramServer } from '../../test/contracts/deepgram-server.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { sttContract } from '../../test/contracts/stt.ts';
import { createDeepgram } from './deepgram.ts';
import type { SttStream } from './engine.ts';
import { createMoonshine } from './moonshine.ts';

let server: DeepgramServer;
beforeAll(async () => {
  server = await DeepgramServer.start(createMoonshine(modelFolder()));
});
afterAll(() => server.stop());

/** For a transcript, on cores that other tests use too, ms. */
const PATIENCE = 30_000;
const connect = (finalizeMs = PATIENCE) =>
  createDeepgram({ baseUrl: server.url, apiKey: 'secret', model: 'nova-3' }, finalizeMs);

sttContract(
  'deepgram',
  () => connect(),
  async () => ({
    samples: recording('rate', 16_000),
    words: 'What is the interest rate on a personal loan?',
  }),
);

describe('deepgram', () => {
  const hours = recording('hours', 16_000);
  let stream: SttStream;
  let partials: string[];

  beforeEach(() => {
    server.connections.length = 0;
    partials = [];
    open();
  });
  afterEach(() => {
    stream.close();
    server.answers = 'all';
  });

  /** A stream in the place of the one there was. */
  const open = (finalizeMs?: number) => {
    stream?.close();
    stream = connect(finalizeMs).open({ language: 'en', onPartial: (text) => partials.push(text) });
  };
  const speak = () => {
    for (const frame of frames(hours, 16_000, 20)) stream.write(frame);
  };

  test('is told the model, the language and the audio; the end of a turn is not its business', async () => {
    await stream.finalize();
    speak();
    await stream.finalize();
    const [{ url, authorization }] = server.connections as [(typeof server.connections)[0]];
    expect(url.pathname).toBe('/v1/listen');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      model: 'nova-3',
      language: 'en',
      encoding: 'linear16',
      sample_rate: '16000',
      interim_results: 'true',
      endpointing: 'false',
    });
    expect(authorization).toBe('Token secret');
  });

  test('what is said after a transcript is added to it', async () => {
    speak();
    const first = await stream.finalize();
    speak();
    const both = await stream.finalize();
    expect(both.text.startsWith(`${first.text} `)).toBe(true);
    expect(both.text.match(/hours/g)).toHaveLength(2);
    expect(partials.at(-1)).toBe(both.text);
  });

  test('says goodbye when a turn is over', async () => {
    speak();
    await stream.finalize();
    stream.close();
    const [{ messages }] = server.connections as [(typeof server.connections)[0]];
    await expect.poll(() => messages.at(-1)).toBe('{"type":"CloseStream"}');
    await expect(stream.finalize()).rejects.toMatchObject({ retryable: false });
  });

  test('a transcript comes even where `Finalize` stays without an answer', async () => {
    server.answers = 'interim';
    open(200);
    speak();
    await expect.poll(() => partials.at(-1), { timeout: PATIENCE }).toMatch(/hours/);
    expect((await stream.finalize()).text).toMatch(/hours/);
  });

  test('a transcript of half the words is none', async () => {
    open(200);
    speak();
    await expect.poll(() => partials.at(-1), { timeout: PATIENCE }).toMatch(/hours/);
    server.answers = 'none';
    stream.write(hours);
    await expect(stream.finalize()).rejects.toMatchObject({
      message: 'deepgram: no transcript came within 200 ms',
      retryable: true,
    });
  });

  test('stays connected while the caller is silent', async () => {
    speak();
    await stream.finalize();
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const quiet = connect().open({ language: 'en', onPartial: () => undefined });
    quiet.write(new Int16Array(320));
    await quiet.finalize();
    vi.advanceTimersByTime(9_000);
    vi.useRealTimers();
    const { messages } = server.connections[1]!;
    await expect.poll(() => messages.filter((message) => message.includes('KeepAlive'))).toHaveLength(2);
    quiet.close();
  });

  test.each([
    [401, false, 'deepgram: the key was refused (401): check DEEPGRAM_API_KEY'],
    [400, false, 'deepgram: the request was refused (400): check DEEPGRAM_MODEL and DEEPGRAM_BASE_URL'],
    [503, true, 'deepgram: the server answered 503'],
  ])('a connection refused with %i is an error', async (status, retryable, message) => {
    speak();
    await stream.finalize();
    server.refusals.push(status);
    const refused = connect().open({ language: 'en', onPartial: () => undefined });
    refused.write(hours);
    await expect(refused.finalize()).rejects.toMatchObject({ name: 'EngineError', retryable, message });
    await expect(refused.finalize()).rejects.toMatchObject({ message });
    refused.close();
  });

  test('a connection that breaks fails the transcript, which may be tried again', async () => {
    speak();
    await stream.finalize();
    server.breakOff(1011, 'NET-0001');
    server.answers = 'interim';
    stream.write(new Int16Array(320));
    await expect(stream.finalize()).rejects.toMatchObject({
      message: 'deepgram: the server closed the stream (1011, NET-0001)',
      retryable: true,
    });
  });

  test.each([
    ['no message', 'garbage', 'deepgram: the server sent something that is no message of its protocol'],
    ['a result without words', '{"type":"Results"}', undefined],
    ['an error', '{"type":"Error","description":"overloaded"}', 'deepgram: the server says overloaded'],
  ])('%s', async (_, sent, message) => {
    speak();
    await stream.finalize();
    server.tell(sent);
    server.answers = message ? 'none' : 'all';
    stream.write(new Int16Array(3_200));
    if (message) await expect(stream.finalize()).rejects.toMatchObject({ message });
    else expect((await stream.finalize()).text).toMatch(/hours/);
  });

  test('nobody listening is an error', async () => {
    const nobody = createDeepgram({ baseUrl: 'ws://127.0.0.1:9', apiKey: 'secret', model: 'nova-3' });
    await expect(nobody.warmUp()).rejects.toThrow(/^deepgram: the connection failed: .*ECONNREFUSED/);
  });

  test('wants a key', () => {
    expect(() => createDeepgram({ baseUrl: server.url, model: 'nova-3' })).toThrow(
      'deepgram: set DEEPGRAM_API_KEY',
    );
  });
});
