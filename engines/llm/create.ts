import type { Config } from '../../config/schema.ts';
import type { LlmEngine } from './engine.ts';
import { createLlama } from './llama.ts';
import { createOpenAi } from './openai.ts';
import { createScriptedLlm } from './scripted.ts';

/**
 * A model that stands on its own: the responder is made from a domain and an embedding, elsewhere. Throws
 * EngineError if the configuration lacks something.
 */
export function createLlmEngine(
  config: Config,
  name: Exclude<Config['engines']['llm'], 'responder'>,
): LlmEngine {
  switch (name) {
    case 'openai':
      return createOpenAi(config.openai);
    case 'llama':
      return createLlama(config.llama.model);
    case 'scripted':
      return createScriptedLlm();
  }
}
