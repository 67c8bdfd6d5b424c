import type { Config } from '../../config/schema.ts';
import type { TtsEngine } from './engine.ts';
import { createPiper } from './piper.ts';
import { createScriptedTts } from './scripted.ts';

/** The voice that the configuration names. Throws EngineError if its model is missing. */
export function createTtsEngine(config: Config): TtsEngine {
  switch (config.engines.tts) {
    case 'piper':
      return createPiper(config.models.folder);
    case 'scripted':
      return createScriptedTts();
  }
}
