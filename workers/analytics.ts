import { analyticsActivities } from '../activities/record.ts';
import { redactedActivities, redactor } from '../activities/redact.ts';
import { recordedActivities } from '../activities/recording/activities.ts';
import { readPrices } from '../store/prices.ts';
import { serveActivities } from './activity-worker.ts';
import { openMigratedDatabase } from './database.ts';
import { openRecorder } from './recorder.ts';
import { runWorker } from './run.ts';
import { keepRows } from './upkeep.ts';
import { openWebhooks } from './webhooks.ts';

/**
 * Writes what happened into Postgres, by `recordTurn` and `recordCall`, and keeps it in order; records calls; tells
 * other systems.
 */
export const run = () =>
  runWorker('analytics', async (context) => {
    const prices = readPrices(context.config.analytics.prices);
    const database = await openMigratedDatabase(context);
    const rows = analyticsActivities(database, prices, context.trace);
    const redact = redactor(context.config.analytics.redact);
    const recorder = openRecorder(context, redact);
    const recorded = recorder ? recordedActivities(rows, recorder, context.log) : rows;
    const told = redact ? redactedActivities(recorded, redact) : recorded;
    const webhooks = openWebhooks(context, told);
    const keeping = keepRows(database, context);
    return serveActivities(context, 'analytics', webhooks.activities, async () => {
      await webhooks.close();
      await keeping;
      await database.end();
    });
  });
