import type { Config } from '../../config/schema.ts';
import type { VadEngine } from './engine.ts';
import { createSilero } from './silero.ts';

/** The voice detector that the configuration names. Throws EngineError if its model is missing. */
export function createVadEngine(config: Config): VadEngine {
  switch (config.engines.vad) {
    case 'silero':
      return createSilero(config.models.folder);
  }
}
