import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { joined } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { SpeechServer } from '../../test/contracts/speech-server.ts';
import { ttsContract } from '../../test/contracts/tts.ts';
import type { TtsEngine } from './engine.ts';
import { createOpenAiTts } from './openai.ts';
import { createPiper } from './piper.ts';

const server = new SpeechServer({ tts: createPiper(modelFolder()) });
let baseUrl: string;
beforeAll(async () => {
  baseUrl = await server.start();
});
afterAll(() => server.stop());

const connect = () => createOpenAiTts({ baseUrl, apiKey: 'sk-secret', ttsModel: 'tts-1', ttsVoice: 'alloy' });

ttsContract('an OpenAI speech endpoint', connect);

describe('an OpenAI speech endpoint', () => {
  let engine: TtsEngine;
  beforeAll(() => {
    engine = connect();
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.failures.length = 0;
    server.abandoned = 0;
  });

  const say = async (text: string, voice = 'default', signal = new AbortController().signal) => {
    const pieces: Int16Array[] = [];
    for await (const piece of engine.synthesize({ text, voice, speed: 1.25 }, signal)) pieces.push(piece);
    return joined(pieces);
  };

  test('is given the words, the voice, and the rate', async () => {
    await say('That is $5.');
    await say('Yes.', 'nova');
    expect(server.requests).toEqual([
      { model: 'tts-1', input: 'That is five dollars.', voice: 'alloy', response_format: 'pcm', speed: 1.25 },
      { model: 'tts-1', input: 'Yes.', voice: 'nova', response_format: 'pcm', speed: 1.25 },
    ]);
  });

  test('that nobody waits for is hung up on', async () => {
    const abort = new AbortController();
    const request = { text: 'One moment, I will look that up. '.repeat(20), voice: 'default', speed: 1 };
    for await (const _ of engine.synthesize(request, abort.signal)) abort.abort();
    await expect.poll(() => server.abandoned).toBe(1);
  });

  test('that fails says so', async () => {
    server.failures.push({ status: 500, message: 'broken' });
    await expect(say('Yes.')).rejects.toMatchObject({
      name: 'EngineError',
      message: 'openai: the endpoint answered 500 broken',
      retryable: true,
    });
  });
});
