import type { Config } from '../../config/schema.ts';
import type { TtsEngine } from './engine.ts';
import { createOpenAiTts } from './openai.ts';
import { createPiper } from './piper.ts';
import { createScriptedTts } from './scripted.ts';

/** The voice that the configuration names. Throws EngineError if its model is missing, or its configuration. */
export function createTtsEngine(config: Config): TtsEngine {
  switch (config.engines.tts) {
    case 'piper':
      return createPiper(config.models.folder);
    case 'openai':
      return createOpenAiTts(config.openai);
    case 'scripted':
      return createScriptedTts();
  }
}
