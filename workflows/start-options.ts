import type { WorkflowStartOptions } from '@temporalio/client';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import type { call } from './call.ts';
import type { CallInput } from './messages.ts';

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
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `${request.domain} call`,
  };
}
