import type { Config } from '../../config/schema.ts';
import type { OnFallback } from '../fallback.ts';
import { createDeepgram } from './deepgram.ts';
import type { SttEngine } from './engine.ts';
import { withFallback } from './fallback.ts';
import { createMoonshine } from './moonshine.ts';
import { createOpenAiStt } from './openai.ts';
import { createScriptedStt } from './scripted.ts';

/**
 * The recogniser that the configuration names, with the one that takes over from it, each with a meter. Throws EngineError if a model
 * is missing, or a part of the configuration.
 */
export function createSttEngine(
  config: Config,
  report: OnFallback = () => undefined,
  meter: (engine: SttEngine) => SttEngine = (engine) => engine,
): SttEngine {
  const { stt, sttFallback, sttSlowMs: slowMs } = config.engines;
  const first = meter(create(config, stt));
  if (!sttFallback) return first;
  return withFallback(first, meter(create(config, sttFallback)), { slowMs, report });
}

function create(config: Config, name: Config['engines']['stt']): SttEngine {
  switch (name) {
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
