import { sttActivities } from '../activities/listen/listen.ts';
import { metered } from '../engines/metered.ts';
import { createSttEngine } from '../engines/stt/create.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { engineMetrics } from './engine-metrics.ts';
import { fallbackReport } from './fallback-report.ts';
import { runWorker } from './run.ts';

/** Hears callers: the `listen` activity. */
export const run = () =>
  runWorker('stt', async (context) => {
    const { stt } = metered(engineMetrics(context.metrics));
    const engine = createSttEngine(context.config, fallbackReport(context, 'stt'), stt);
    await engine.warmUp();
    context.health.add('engine', async () => engine.name);
    return serveActivities(context, 'stt', sttActivities(stageDeps(context), engine), () => engine.close());
  });
