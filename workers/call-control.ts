import { setTimeout } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import type { CallSettings } from '../call/settings.ts';
import { findDomain } from '../domains/registry.ts';
import { type CallControl, CallRefused } from '../gateway/call-control.ts';
import { stateQuery } from '../workflows/messages.ts';
import { callStart } from '../workflows/start-options.ts';

/** Starts a call's workflow, or finds the one that waits for this caller. */
export function callControl(client: Client, taskQueuePrefix: string): CallControl {
  return {
    async ensure(request: CallRequest) {
      if (!findDomain(request.domain)) throw new CallRefused(`no domain is called ${request.domain}`);
      try {
        await client.workflow.start('call', callStart(request, taskQueuePrefix));
        return request.settings;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const handle = client.workflow.getHandle(workflowIdOf(request.session));
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') throw new CallRefused(`the call ${request.session} is over`);
        return await settingsOf(handle).catch(() => request.settings);
      }
    },
  };
}

/** How long the workflow may take to answer a caller who joins, ms; without its answer they are heard all the same. */
const ANSWER_MS = 1_000;

/** The settings of a running call. Rejects where its workflow does not answer in time. */
async function settingsOf(handle: WorkflowHandle): Promise<CallSettings> {
  const late = setTimeout(ANSWER_MS, undefined, { ref: false }).then(() => {
    throw new Error('no answer in time');
  });
  return (await Promise.race([handle.query(stateQuery), late])).settings;
}
