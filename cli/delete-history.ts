import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { workflowIdOf } from '../call/request.ts';
import { statusOf } from './call-workflow.ts';
import { type TemporalAccess, within } from './connect-temporal.ts';

const NOT_FOUND = 5;

/** The runs of a call that Temporal still has: a long call has several. None may be under way. */
async function runsOf({ client }: TemporalAccess, session: string): Promise<string[]> {
  const handle = client.workflow.getHandle(workflowIdOf(session));
  // The list lags behind; the last run is known at once.
  const last = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
  const runs = new Set(last ? [last.runId] : []);
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowIdOf(session)}"` })) {
    runs.add(runId);
  }
  return [...runs];
}

/** Those of the calls that are under way. */
export async function runningOf(temporal: TemporalAccess, sessions: string[]): Promise<string[]> {
  const running: string[] = [];
  for (const session of sessions) {
    if ((await statusOf(temporal, session)) === 'running') running.push(session);
  }
  return running;
}

/** How many histories Temporal has of calls. */
export async function countHistories(temporal: TemporalAccess, sessions: string[]): Promise<number> {
  let count = 0;
  for (const session of sessions) count += (await runsOf(temporal, session)).length;
  return count;
}

/** Has Temporal delete the histories of calls that have ended; returns how many. */
export async function deleteHistories(temporal: TemporalAccess, sessions: string[]): Promise<number> {
  const { connection, namespace } = temporal;
  let deleted = 0;
  for (const session of sessions) {
    for (const runId of await runsOf(temporal, session)) {
      const workflowExecution = { workflowId: workflowIdOf(session), runId };
      try {
        await within(connection, () =>
          connection.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }),
        );
        deleted += 1;
      } catch (error) {
        // Gone already: Temporal's list of what it has lags behind.
        if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      }
    }
  }
  return deleted;
}
