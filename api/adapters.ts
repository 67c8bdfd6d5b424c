import { randomUUID } from 'node:crypto';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { taskQueueOf } from '../config/task-queues.ts';
import {
  activateUpdate,
  adapterControlIdOf,
  type AdapterControlInput,
  type AdapterControlState,
  adaptersQuery,
  createUpdate,
  loadUpdate,
  rollbackUpdate,
  unloadUpdate,
} from '../workflows/adapters/messages.ts';

/** Loading weights may take its time; after this the client stops waiting, ms. The change goes on. */
const CHANGE_MS = 120_000;

/** What the control workflow refused; the message is for people. */
export class AdapterRefused extends Error {
  override name = 'AdapterRefused';
}

/**
 * The control of a deployment's adapters, for CLI and API. Each change starts the control workflow where it does not
 * run yet. `id`, where given, makes a change happen once however often it is asked for. Throws AdapterRefused.
 */
export function adapterControl(client: Client, taskQueuePrefix: string) {
  const workflowId = adapterControlIdOf(taskQueuePrefix);

  async function change<Outcome, Payload>(
    update: UpdateDefinition<Outcome, [Payload]>,
    payload: Payload,
    id: string = randomUUID(),
  ): Promise<Outcome> {
    const input: AdapterControlInput = { taskQueuePrefix };
    const startWorkflowOperation = new WithStartWorkflowOperation('adapterControl', {
      workflowId,
      taskQueue: taskQueueOf(taskQueuePrefix, 'call'),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      args: [input],
      staticSummary: 'which adapters are loaded, and which ones new calls get',
    });
    try {
      return await client.withDeadline(Date.now() + CHANGE_MS, () =>
        client.workflow.executeUpdateWithStart(update, {
          args: [payload],
          updateId: id,
          startWorkflowOperation,
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      throw new AdapterRefused(error.cause?.message ?? error.message, { cause: error });
    }
  }

  return {
    create: (payload: CreatePayload, id?: string) => change(createUpdate, payload, id),
    load: (adapter: string, id?: string) => change(loadUpdate, { adapter }, id),
    unload: (adapter: string, id?: string) => change(unloadUpdate, { adapter }, id),
    activate: (payload: ActivatePayload, id?: string) => change(activateUpdate, payload, id),
    rollback: (domain: string | undefined, id?: string) => change(rollbackUpdate, { domain }, id),

    /** What is loaded and active, and what was changed; before the first change, nothing. */
    async state(): Promise<AdapterControlState> {
      try {
        return await client.workflow.getHandle(workflowId).query(adaptersQuery);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError)
          return { revision: 0, loaded: [], active: {}, history: [] };
        throw error;
      }
    },
  };
}

type PayloadOf<U> = U extends UpdateDefinition<any, [infer P]> ? P : never;
type CreatePayload = PayloadOf<typeof createUpdate>;
type ActivatePayload = PayloadOf<typeof activateUpdate>;

export type AdapterControl = ReturnType<typeof adapterControl>;
