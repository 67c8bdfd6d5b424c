import { setTimeout } from 'node:timers/promises';
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import type { CallSettings } from '../call/settings.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { temporalConnection } from '../config/temporal.ts';
import { findDomain } from '../domains/registry.ts';
import { createVadEngine } from '../engines/vad/create.ts';
import { type CallControl, CallRefused } from '../gateway/call-control.ts';
import { startGateway } from '../gateway/server.ts';
import { type CallInput, stateQuery } from '../workflows/messages.ts';
import { runWorker } from './run.ts';

/** Carries callers' audio: WebSockets on one side, the live streams on the other. */
export const run = () =>
  runWorker('gateway', async (context) => {
    const { config, hub, log, metrics, health, draining } = context;
    const vad = await createVadEngine(config);
    await vad.warmUp();
    health.add('engine', async () => vad.name);
    const { connectionOptions, namespace } = temporalConnection();
    const connection = Connection.lazy(connectionOptions);
    const client = new Client({ connection, namespace });
    health.add('temporal', async () => {
      await connection.workflowService.getSystemInfo({});
    });
    const control = callControl(client, config.temporal.taskQueuePrefix);
    const gateway = await startGateway({ config, hub, vad, control, log, metrics });
    log.info({ port: gateway.port }, 'callers can connect');
    const finished = new Promise<void>((resolve, reject) => {
      draining.addEventListener('abort', () => void gateway.drain().then(resolve, reject));
    });
    return {
      finished,
      async close() {
        await gateway.close();
        await vad.close();
        await connection.close();
      },
    };
  });

/** Starts a call's workflow, or finds the one that waits for this caller. */
function callControl(client: Client, taskQueuePrefix: string): CallControl {
  return {
    async ensure(request: CallRequest) {
      if (!findDomain(request.domain)) throw new CallRefused(`no domain is called ${request.domain}`);
      const input: CallInput = { request, taskQueuePrefix };
      try {
        await client.workflow.start('call', {
          workflowId: workflowIdOf(request.session),
          taskQueue: taskQueueOf(taskQueuePrefix, 'call'),
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          args: [input],
        });
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
