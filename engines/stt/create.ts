import type { Config } from '../../config/schema.ts';
import { createDeepgram } from './deepgram.ts';
import type { SttEngine } from './engine.ts';
import { createMoonshine } from './moonshine.ts';
import { createOpenAiStt } from './openai.ts';
import { createScriptedStt } from './scripted.ts';

/** The recogniser that the configuration names. Throws EngineError if its model is missing, or its configuration. */
export function createSttEngine(config: Config): SttEngine {
  switch (config.engines.stt) {
    case 'moonshine':
      return createMoonshine(config.models.folder);
    case 'deepgram':
      return createDeepgram(config.deepgram);
    case 'openai':
      return createOpenAiStt(config.openai);
    case 'scripted':
      return createScriptedStt();
  }
}
