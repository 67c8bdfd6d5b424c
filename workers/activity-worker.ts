import { Worker } from '@temporalio/worker';
import { stageMetrics } from '../activities/metrics.ts';
import type { StageDeps } from '../activities/stage.ts';
import { stageSpan } from '../activities/stage-spans.ts';
import type { StageWatch } from '../activities/stage-watch.ts';
import { type Service, taskQueueOf } from '../config/task-queues.ts';
import { LostStages } from './lost-stages.ts';
import { connectTemporal, type RunningWorker, type WorkerContext } from './run.ts';

/**
 * Stages that may wait at once in one process: an armed stage costs a few kB and no work, so the engine's own
 * queue is the limit, not this. Two stages a call (one armed, one at work): room for 1,000 calls.
 */
const SLOTS = 2_000;

/** A turn that is being heard or spoken may come to its end, a long reply too; the armed ones let go at once. ms. */
export const SHUTDOWN_GRACE_MS = 25_000;
/** Beyond the grace, a stage that does not yield is left to Temporal's retry elsewhere. ms. */
export const SHUTDOWN_FORCE_MS = SHUTDOWN_GRACE_MS + 3_000;

/** Serves the activities of one service until the process drains. */
export async function serveActivities(
  context: WorkerContext,
  service: Service,
  activities: object,
  close: () => Promise<void>,
): Promise<RunningWorker> {
  const { id, config, draining, dataConverter } = context;
  const { connection, namespace } = await connectTemporal(context);
  const lost = new LostStages(context, connection, namespace);
  const worker = await Worker.create({
    connection,
    namespace,
    identity: id,
    taskQueue: taskQueueOf(config.temporal.taskQueuePrefix, service),
    activities,
    dataConverter,
    interceptors: { activity: [lost.interceptor] },
    maxConcurrentActivityTaskExecutions: SLOTS,
    maxConcurrentActivityTaskPolls: 4,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
  });
  lost.watch();
  let looked: Promise<void> | undefined;
  draining.addEventListener('abort', () => {
    worker.shutdown();
    looked = lost.drained();
  });
  const finished = worker.run().then(() => looked);
  return {
    finished,
    async close() {
      await connection.close();
      await close();
    },
  };
}

/** What the stages of this process work with; called once, since it sets up their metrics. */
export function stageDeps({ hub, log, draining, metrics, trace }: WorkerContext): StageDeps {
  const watch = stageMetrics(metrics);
  if (!trace) return { hub, log, draining, watch };
  const ended: StageWatch['ended'] = (stage) => {
    watch.ended(stage);
    const span = stageSpan(stage);
    if (span) trace(span);
  };
  return { hub, log, draining, watch: { ...watch, ended } };
}
