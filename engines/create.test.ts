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
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
    });
    for (const create of [createSttEngine, createTtsEngine, createLlmEngine, createEmbeddingEngine]) {
      expect(create(config).name).toBe('scripted');
    }
  });

  test('a model behind an endpoint, by the name of the model', () => {
    const config = configured({ ORKESTRA_LLM: 'openai', OPENAI_API_KEY: 'sk-test', OPENAI_MODEL: 'small' });
    expect(createLlmEngine(config).name).toBe('openai/small');
    expect(() => createLlmEngine(configured({ ORKESTRA_LLM: 'openai' }))).toThrow('set OPENAI_API_KEY');
  });

  test('the responder is made elsewhere', () => {
    expect(() => createLlmEngine(configured({}))).toThrow('responder: needs a domain');
  });

  test.each(Object.entries(creators))('%s says which model file is missing', (_, create) => {
    expect(() => create(configured({ ORKESTRA_MODELS: '/nowhere' }))).toThrow(
      /^\w+: the model file \/nowhere\/\S+ is missing; `npm start` or `orkestra provision` fetches it$/,
    );
  });
});
