import { analyticsActivities } from '../activities/record.ts';
import { recordedActivities } from '../activities/recording/activities.ts';
import { serveActivities } from './activity-worker.ts';
import { openMigratedDatabase } from './database.ts';
import { openRecorder } from './recorder.ts';
import { runWorker } from './run.ts';

/** Writes what happened into Postgres: the `recordTurn` and `recordCall` activities; and records calls. */
export const run = () =>
  runWorker('analytics', async (context) => {
    const database = await openMigratedDatabase(context);
    const rows = analyticsActivities(database);
    const recorder = openRecorder(context);
    const activities = recorder ? recordedActivities(rows, recorder, context.log) : rows;
    return serveActivities(context, 'analytics', activities, () => database.end());
  });
