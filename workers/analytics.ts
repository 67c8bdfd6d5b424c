import { analyticsActivities } from '../activities/record.ts';
import { serveActivities } from './activity-worker.ts';
import { openMigratedDatabase } from './database.ts';
import { runWorker } from './run.ts';

/** Writes what happened into Postgres: the `recordTurn` and `recordCall` activities. */
export const run = () =>
  runWorker('analytics', async (context) => {
    const database = await openMigratedDatabase(context);
    return serveActivities(context, 'analytics', analyticsActivities(database), () => database.end());
  });
