import { cacheActivities, type LookUpResult } from '../activities/recall/recall.ts';
import { Counter, Histogram, type Registry } from 'prom-client';
import { Flights } from '../activities/recall/flights.ts';
import { latencyBuckets } from '../config/buckets.ts';
import { createEmbeddingEngine } from '../engines/embedding/create.ts';
import { metered } from '../engines/metered.ts';
import { dropExpired } from '../store/answers.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { openMigratedDatabase } from './database.ts';
import { engineMetrics } from './engine-metrics.ts';
import { runWorker } from './run.ts';

/** Answers that have expired are never given; they are swept out this often, ms. */
const SWEEP_MS = 3_600_000;

/** Finds and keeps answers: the `recall` activity. */
export const run = () =>
  runWorker('cache', async (context) => {
    const { config, hub, log } = context;
    const meters = metered(engineMetrics(context.metrics));
    const embedding = meters.embedding(createEmbeddingEngine(config));
    await embedding.warmUp();
    context.health.add('engine', async () => embedding.name);
    const database = await openMigratedDatabase(context);
    const activities = cacheActivities({
      ...stageDeps(context),
      database,
      embedding,
      flights: new Flights(hub.redis),
      keepMs: config.cache.keepHours * 3_600_000,
      onLookUp: lookUpMetrics(context.metrics),
    });
    const sweep = () =>
      dropExpired(database).catch((error: unknown) =>
        log.warn({ error: (error as Error).message }, 'expired answers could not be dropped'),
      );
    const sweeping = setInterval(sweep, SWEEP_MS);
    return serveActivities(context, 'cache', activities, async () => {
      clearInterval(sweeping);
      await embedding.close();
      await database.end();
    });
  });

function lookUpMetrics(registry: Registry): (result: LookUpResult, ms: number) => void {
  const registers = [registry];
  const lookUps = new Counter({
    name: 'orkestra_cache_lookups_total',
    help: 'Look-ups of a stored answer: hit, miss, skipped (means something else in another call), failed',
    labelNames: ['result'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'orkestra_cache_lookup_seconds',
    help: 'What a look-up of a stored answer took',
    labelNames: ['result'] as const,
    buckets: latencyBuckets,
    registers,
  });
  return (result, ms) => {
    lookUps.inc({ result });
    seconds.observe({ result }, ms / 1_000);
  };
}
