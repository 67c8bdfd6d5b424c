import { Client, Connection } from '@temporalio/client';
import { announcedActivities, type Tell } from '../activities/webhooks/announced.ts';
import { deliverActivity } from '../activities/webhooks/deliver.ts';
import type { AnalyticsActivities, WebhookActivities } from '../activities/types.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { clientConverter, temporalConnection } from '../config/temporal.ts';
import { webhookEventsSignal, webhooksIdOf, type webhooks } from '../workflows/webhooks.ts';
import type { WorkerContext } from './run.ts';

/** Hands events to the workflow that delivers them, which it starts where it does not run. */
export const tellWorkflow =
  (client: Client, taskQueuePrefix: string): Tell =>
  async (session, events) => {
    await client.workflow.signalWithStart<typeof webhooks, [{ events: typeof events }]>('webhooks', {
      workflowId: webhooksIdOf(session),
      taskQueue: taskQueueOf(taskQueuePrefix, 'call'),
      args: [{ taskQueuePrefix }],
      signal: webhookEventsSignal,
      signalArgs: [{ events }],
    });
  };

/** The analytics activities, with those that tell other systems. `close` lets go of the connection that this takes. */
export function openWebhooks(
  { config }: Pick<WorkerContext, 'config'>,
  rows: AnalyticsActivities,
): { activities: AnalyticsActivities & WebhookActivities; close(): Promise<void> } {
  const { endpoints } = config.webhooks;
  const { connectionOptions, namespace } = temporalConnection();
  const connection = Connection.lazy(connectionOptions);
  const dataConverter = clientConverter(config.temporal);
  const tell = tellWorkflow(
    new Client({ connection, namespace, dataConverter }),
    config.temporal.taskQueuePrefix,
  );
  return {
    activities: { ...announcedActivities(rows, endpoints, tell), ...deliverActivity(endpoints) },
    close: () => connection.close(),
  };
}
