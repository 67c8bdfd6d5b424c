import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import { findDomain } from '../domains/registry.ts';
import { type CallControl, CallRefused } from '../gateway/call-control.ts';
import { callStart } from '../workflows/start-options.ts';

/**
 * Starts a call's workflow, or finds the one that waits for this caller. How a running call is set its stream tells; to query
 * its workflow for it, as all callers come back at once, was what lost calls: see decision 0036.
 */
export function callControl(client: Client, taskQueuePrefix: string): CallControl {
  return {
    async ensure(request: CallRequest) {
      if (!findDomain(request.domain)) throw new CallRefused(`no domain is called ${request.domain}`);
      try {
        await client.workflow.start('call', callStart(request, taskQueuePrefix));
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const handle = client.workflow.getHandle(workflowIdOf(request.session));
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') throw new CallRefused(`the call ${request.session} is over`);
        return 'running';
      }
    },
  };
}
