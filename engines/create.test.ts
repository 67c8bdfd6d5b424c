import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { modelFolder } from '../test/contracts/models.ts';
import { createEmbeddingEngine } from './embedding/create.ts';
import { createLlmEngine } from './llm/create.ts';
import { createSttEngine } from './stt/create.ts';
import { createTtsEngine } from './tts/create.ts';
import { createVadEngine } from './vad/create.ts';

const configured = (env: Record<string, string>) =>
  loadConfig({ ORKESTRA_MODELS: modelFolder(), ...env }, '/');
const creators = { createSttEngine, createTtsEngine, createVadEngine, createEmbeddingEngine };

describe('the configuration chooses the engines', () => {
  test('real ones, unless it says otherwise', () => {
    const config = configured({});
    expect(Object.values(creators).map((create) => create(config).name)).toEqual([
      'moonshine',
      'piper',
      'silero',
      'minilm',
    ]);
  });

  test('scripted ones for tests', () => {
    const config = configured({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
    });
    for (const create of [createSttEngine, createTtsEngine, createEmbeddingEngine]) {
      expect(create(config).name).toBe('scripted');
    }
    expect(createLlmEngine(config, 'scripted').name).toBe('scripted');
  });

  test('a model behind an endpoint, by the name of the model', () => {
    const config = configured({
      ORKESTRA_STT: 'openai',
      ORKESTRA_TTS: 'openai',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_MODEL: 'small',
    });
    expect(createLlmEngine(config, 'openai').name).toBe('openai/small');
    expect(createSttEngine(config).name).toBe('openai/gpt-4o-mini-transcribe');
    expect(createTtsEngine(config).name).toBe('openai/gpt-4o-mini-tts');
    expect(() => createLlmEngine(configured({}), 'openai')).toThrow('set OPENAI_API_KEY');
  });

  test('Deepgram, with its key', () => {
    const config = configured({ ORKESTRA_STT: 'deepgram', DEEPGRAM_API_KEY: 'secret' });
    expect(createSttEngine(config).name).toBe('deepgram/nova-3');
    expect(() => createSttEngine(configured({ ORKESTRA_STT: 'deepgram' }))).toThrow('set DEEPGRAM_API_KEY');
  });

  test('one that takes over, beside the first', async () => {
    const events: string[] = [];
    const env = { ORKESTRA_STT: 'deepgram', ORKESTRA_STT_FALLBACK: 'scripted', ORKESTRA_STT_SLOW_MS: '5000' };
    const unreachable = { DEEPGRAM_API_KEY: 'secret', DEEPGRAM_BASE_URL: 'ws://127.0.0.1:9' };
    const engine = createSttEngine(configured({ ...env, ...unreachable }), ({ type }) => events.push(type));
    const stream = engine.open({ language: 'en', onPartial: () => undefined });
    stream.write(new Int16Array(320));
    expect(await stream.finalize()).toEqual({ text: 'what is my balance', engine: 'scripted' });
    expect(events).toEqual(['took-over']);
    stream.close();
  });

  test.each(Object.entries(creators))('%s says which model file is missing', (_, create) => {
    expect(() => create(configured({ ORKESTRA_MODELS: '/nowhere' }))).toThrow(
      /^\w+: the model file \/nowhere\/\S+ is missing; `npm start` or `orkestra provision` fetches it$/,
    );
  });
});
