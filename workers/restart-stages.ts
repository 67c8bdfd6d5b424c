import type { Client } from '@temporalio/client';
import { stagesLostSignal } from '../workflows/messages.ts';

/** Calls that are asked at once which of their stages a worker has. */
const CALLS_AT_ONCE = 20;
/** Number of temporal.api.enums.v1.PendingActivityState: Temporal waits for a worker that it gave the stage to. */
const STARTED = 2;

/** A stage as Temporal tells of it. */
export interface GivenStage {
  workflowId: string;
  activityId: string;
  attempt: number;
}

/**
 * Has every running call start anew those of its stages that Temporal gave to this worker and that `isLost`. Which
 * those are, Temporal knows: nothing has to be kept for it while all is well. Returns how many calls had any.
 */
export async function restartStages(
  client: Client,
  /** Of the orchestrators. */
  taskQueue: string,
  worker: string,
  isLost: (stage: GivenStage) => boolean = () => true,
): Promise<number> {
  const query = `WorkflowType = 'call' AND ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue}'`;
  const running = client.workflow.list({ query })[Symbol.asyncIterator]();
  let calls = 0;
  const next = async () => {
    for (;;) {
      const { value: execution, done } = await running.next();
      if (done) return;
      const { workflowId } = execution;
      const handle = client.workflow.getHandle(workflowId);
      const { raw } = await handle.describe();
      const activityIds = (raw.pendingActivities ?? [])
        .filter(({ lastWorkerIdentity, state }) => lastWorkerIdentity === worker && state === STARTED)
        .map(({ activityId, attempt }) => ({ workflowId, activityId: activityId!, attempt: attempt! }))
        .filter(isLost)
        .map(({ activityId }) => activityId);
      if (activityIds.length === 0) continue;
      calls += 1;
      // A call that has ended in the meantime needs nothing.
      await handle.signal(stagesLostSignal, { activityIds }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, next));
  return calls;
}
