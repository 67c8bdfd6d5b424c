import { cacheActivities } from '../activities/recall/recall.ts';
import { createEmbeddingEngine } from '../engines/embedding/create.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { openMigratedDatabase } from './database.ts';
import { runWorker } from './run.ts';

/** Finds and keeps answers: the `recall` activity. */
export const run = () =>
  runWorker('cache', async (context) => {
    const embedding = await createEmbeddingEngine(context.config);
    await embedding.warmUp();
    context.health.add('engine', async () => embedding.name);
    const database = await openMigratedDatabase(context);
    const keepMs = context.config.cache.keepHours * 3_600_000;
    const activities = cacheActivities({ ...stageDeps(context), database, embedding, keepMs });
    return serveActivities(context, 'cache', activities, async () => {
      await embedding.close();
      await database.end();
    });
  });
