import { taskQueueOf } from '../../config/task-queues.ts';
import type { Trouble } from '../../store/log-rows.ts';
import { type TemporalAccess, within } from '../connect-temporal.ts';

const words: Record<string, string> = {
  FAILED: 'the workflow failed',
  TERMINATED: 'terminated in Temporal',
  TIMED_OUT: 'timed out in Temporal',
};

/** Calls since then whose workflow did not come to its own end; they may have written no row. */
export async function failedWorkflows(
  { client, connection }: TemporalAccess,
  taskQueuePrefix: string,
  since: Date,
  limit: number,
): Promise<Trouble[]> {
  const query = [
    `WorkflowType = 'call'`,
    `TaskQueue = '${taskQueueOf(taskQueuePrefix, 'call')}'`,
    `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')`,
    `CloseTime >= '${since.toISOString()}'`,
  ].join(' AND ');
  return within(connection, async () => {
    const failed: Trouble[] = [];
    for await (const { workflowId, closeTime, status } of client.workflow.list({ query, pageSize: limit })) {
      const session = workflowId.replace(/^call-/, '');
      failed.push({ at: (closeTime ?? since).getTime(), session, what: words[status.name] ?? status.name });
      if (failed.length === limit) break;
    }
    return failed;
  });
}
