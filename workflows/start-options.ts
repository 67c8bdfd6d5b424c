import type { WorkflowStartOptions } from '@temporalio/client';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import type { call } from './call.ts';
import type { CallInput } from './messages.ts';

/**
 * A task that an orchestrator died with is given to another one after this, ms; Temporal's own choice is 10 s. The longest that one took
 * was 3.7 s, with 100 calls on two full cores.
 */
const TASK_TIMEOUT_MS = 5_000;

/**
 * How a call's workflow is started, from whichever door. A session names one call for ever: Temporal refuses to start
 * a second one, with WorkflowExecutionAlreadyStartedError.
 */
export function callStart(
  request: CallRequest,
  taskQueuePrefix: string,
  /** The bot calls the number of the request. */
  dial = false,
): WorkflowStartOptions<typeof call> {
  const input: CallInput = { request, taskQueuePrefix, announced: true, ...(dial && { dial }) };
  return {
    workflowId: workflowIdOf(request.session),
    taskQueue: taskQueueOf(taskQueuePrefix, 'call'),
    args: [input],
    workflowTaskTimeout: TASK_TIMEOUT_MS,
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `${request.domain} call`,
  };
}
