import { Client } from '@temporalio/client';
import { Worker, type WorkerDeploymentOptions } from '@temporalio/worker';
import { callAdapterActivities } from '../activities/adapters/call-adapters.ts';
import { controlActivities } from '../activities/adapters/control.ts';
import { orchestratorActivities } from '../activities/close-stream.ts';
import { toolActivities } from '../activities/tools/use-tool.ts';
import { telephonyActivities } from '../activities/telephony.ts';
import type { Config } from '../config/schema.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { clientConverter } from '../config/temporal.ts';
import { DatabaseOnDemand } from './database.ts';
import { openHttpApi } from './http-api.ts';
import { LostWorkers } from './lost-workers.ts';
import { listLlmQueues } from './llm-adapters.ts';
import { orchestratorMetrics } from './orchestrator-metrics.ts';
import { connectTemporal, runWorker } from './run.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { loadWorkflows } from './workflow-bundle.ts';

/**
 * A call whose orchestrator died is picked up by another one after this long, ms (Temporal's default is 10 s):
 * callers notice no more than a late arming.
 */
const STICKY_TIMEOUT_MS = 1_000;

/** Runs the workflows: every call's score. Serves the HTTP API beside them. */
export const run = () =>
  runWorker('orchestrator', async (context) => {
    const { id, config, draining, hub, log, dataConverter } = context;
    const database = new DatabaseOnDemand(context);
    const api = await openHttpApi(context, database);
    const workflowBundle = await loadWorkflows();
    const { connection, namespace } = await connectTemporal(context);
    await ensureSearchAttributes(connection, namespace, log);
    const worker = await Worker.create({
      connection,
      namespace,
      identity: id,
      workflowBundle,
      dataConverter,
      activities: {
        ...orchestratorActivities(hub),
        ...toolActivities({
          hub,
          log,
          database: () => database.open(),
          hasAgents: config.twilio.agentNumber !== undefined,
        }),
        ...telephonyActivities(config.twilio),
        ...callAdapterActivities({ hub, database: () => database.open() }),
        ...controlActivities({
          database: () => database.open(),
          listLlmWorkers: () => listLlmQueues(hub.redis, config.temporal.taskQueuePrefix),
        }),
      },
      taskQueue: taskQueueOf(config.temporal.taskQueuePrefix, 'call'),
      workerDeploymentOptions: deploymentOf(config.temporal),
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      // A cached call costs some 100 kB; more calls than this are replayed when they come back.
      maxCachedWorkflows: 2_000,
      // A workflow task takes a few ms of one core; more at once would only wait for each other.
      maxConcurrentWorkflowTaskExecutions: 40,
      maxConcurrentWorkflowTaskPolls: 4,
      maxConcurrentActivityTaskExecutions: 100,
      maxConcurrentActivityTaskPolls: 2,
      shutdownGraceTime: 2_000,
      shutdownForceTime: 5_000,
    });
    draining.addEventListener('abort', () => worker.shutdown());
    const client = new Client({ connection, namespace, dataConverter: clientConverter(config.temporal) });
    const { onLost } = orchestratorMetrics(context, client);
    const watch = new LostWorkers(context, client, onLost);
    return {
      finished: worker.run(),
      async close() {
        watch.stop();
        await api.close();
        await database.close();
        await connection.close();
      },
    };
  });

/** What Temporal's worker versioning is told; undefined where the code has no version. Workflows say how they follow. */
function deploymentOf({ taskQueuePrefix, buildId }: Config['temporal']): WorkerDeploymentOptions | undefined {
  if (buildId === undefined) return undefined;
  return {
    version: { deploymentName: taskQueuePrefix, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  };
}
