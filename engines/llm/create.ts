import type { Config } from '../../config/schema.ts';
import { EngineError } from '../error.ts';
import type { LlmEngine } from './engine.ts';
import { createOpenAi } from './openai.ts';
import { createScriptedLlm } from './scripted.ts';

/**
 * The model that the configuration names, of those that stand on their own: the responder is made from a domain
 * and an embedding, elsewhere. Throws EngineError if the configuration names that one, or lacks something.
 */
export function createLlmEngine(config: Config): LlmEngine {
  switch (config.engines.llm) {
    case 'openai':
      return createOpenAi(config.openai);
    case 'scripted':
      return createScriptedLlm();
    case 'responder':
      throw new EngineError('responder', 'needs a domain, so it is not made here', { retryable: false });
  }
}
