import type { Config } from '../../config/schema.ts';
import type { EmbeddingEngine } from './engine.ts';
import { createMiniLm } from './minilm.ts';
import { createScriptedEmbedding } from './scripted.ts';

/** The embedding that the configuration names. Throws EngineError if its model is missing. */
export function createEmbeddingEngine(config: Config): EmbeddingEngine {
  switch (config.engines.embedding) {
    case 'minilm':
      return createMiniLm(config.models.folder);
    case 'scripted':
      return createScriptedEmbedding();
  }
}
