import { prepareSpeech, ttsActivities } from '../activities/speak/speak.ts';
import { PreparedSpeech } from '../activities/speak/prepared.ts';
import { metered } from '../engines/metered.ts';
import { createTtsEngine } from '../engines/tts/create.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { engineMetrics } from './engine-metrics.ts';
import { fallbackReport } from './fallback-report.ts';
import { runWorker } from './run.ts';

/** Speaks to callers: the `speak` activity. */
export const run = () =>
  runWorker('tts', async (context) => {
    const { tts } = metered(engineMetrics(context.metrics));
    const engine = createTtsEngine(context.config, fallbackReport(context, 'tts'), tts);
    await engine.warmUp();
    const prepared = new PreparedSpeech(engine);
    await prepareSpeech(prepared, 'default');
    context.health.add('engine', async () => engine.name);
    const activities = ttsActivities({ ...stageDeps(context), engine, prepared });
    return serveActivities(context, 'tts', activities, () => engine.close());
  });
