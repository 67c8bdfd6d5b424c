import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { frames, joined, recording } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { SpeechServer } from '../../test/contracts/speech-server.ts';
import { sttContract } from '../../test/contracts/stt.ts';
import type { SttEngine } from './engine.ts';
import { createMoonshine } from './moonshine.ts';
import { createOpenAiStt } from './openai.ts';

const server = new SpeechServer({ stt: createMoonshine(modelFolder()) });
let baseUrl: string;
beforeAll(async () => {
  baseUrl = await server.start();
});
afterAll(() => server.stop());

const connect = () => createOpenAiStt({ baseUrl, apiKey: 'sk-secret', sttModel: 'whisper' });

sttContract('an OpenAI transcription endpoint', connect, async () => ({
  samples: recording('rate', 16_000),
  words: 'What is the interest rate on a personal loan?',
}));

describe('an OpenAI transcription endpoint', () => {
  let engine: SttEngine;
  const said = recording('hours', 16_000);

  beforeAll(() => {
    engine = connect();
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.failures.length = 0;
  });

  const open = () => engine.open({ language: 'en', onPartial: () => undefined });
  const hear = (samples: Int16Array) => {
    const stream = open();
    for (const frame of frames(samples, 16_000, 20)) stream.write(frame);
    return stream.finalize().finally(() => stream.close());
  };

  test('is sent a WAV file, the model, and the language', async () => {
    await hear(said);
    expect(server.requests[0]).toEqual({
      file: { name: 'utterance.wav', type: 'audio/wav' },
      model: 'whisper',
      language: 'en',
    });
  });

  test('is asked in pauses and at the end, never in between', async () => {
    const stream = open();
    const speech = said.subarray(0.4 * 16_000, 1.2 * 16_000);
    for (const frame of frames(speech, 16_000, 20)) stream.write(frame);
    const before = server.requests.length;
    for (const frame of frames(new Int16Array(8_000), 16_000, 20)) stream.write(frame);
    await stream.finalize();
    stream.close();
    expect(before).toBeLessThanOrEqual(1);
    expect(server.requests.length).toBe(before + 1);
  });

  test('is not asked about silence', async () => {
    expect(await hear(new Int16Array(32_000))).toEqual({ text: '' });
    expect(server.requests).toEqual([]);
  });

  test('is asked once more after a failure that may pass', async () => {
    server.failures.push({ status: 503, message: 'overloaded' });
    expect((await hear(joined([said]))).text).toMatch(/hours/);
  });

  test('tells one sentence without secrets where it refuses', async () => {
    server.failures.push({ status: 401, message: 'Incorrect API key provided: sk-secret' });
    const error = await hear(said.slice(0, 20_000)).catch((refusal: unknown) => refusal as Error);
    expect(error).toMatchObject({ name: 'EngineError', retryable: false });
    expect((error as Error).message).toMatch(/^openai: the endpoint refused the key \(401\)/);
  });

  test('wants a key or an address', () => {
    expect(() => createOpenAiStt({ sttModel: 'whisper' })).toThrow('openai: set OPENAI_API_KEY');
  });
});
