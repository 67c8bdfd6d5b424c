import type { Config } from '../../config/schema.ts';
import type { OnFallback } from '../fallback.ts';
import type { TtsEngine } from './engine.ts';
import { withFallback } from './fallback.ts';
import { createKokoro } from './kokoro.ts';
import { createOpenAiTts } from './openai.ts';
import { createPiper } from './piper.ts';
import { createScriptedTts } from './scripted.ts';

/**
 * The voice that the configuration names, with the one that takes over from it, each with a meter. Throws EngineError if a model is
 * missing, or a part of the configuration.
 */
export function createTtsEngine(
  config: Config,
  report: OnFallback = () => undefined,
  meter: (engine: TtsEngine) => TtsEngine = (engine) => engine,
): TtsEngine {
  const { tts, ttsFallback, ttsSlowMs: slowMs } = config.engines;
  const first = meter(create(config, tts));
  if (!ttsFallback) return first;
  return withFallback(first, meter(create(config, ttsFallback)), { slowMs, report });
}

function create(config: Config, name: Config['engines']['tts']): TtsEngine {
  switch (name) {
    case 'piper':
      return createPiper(config.models.folder);
    case 'kokoro':
      return createKokoro(config.models.folder);
    case 'openai':
      return createOpenAiTts(config.openai);
    case 'scripted':
      return createScriptedTts();
  }
}
