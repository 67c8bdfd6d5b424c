import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type CallRequest, sessionIdSchema, workflowIdOf } from '../call/request.ts';
import { searchAttributes, stateQuery, transcriptQuery } from '../workflows/messages.ts';
import { callStart } from '../workflows/start-options.ts';
import { CliError, usageError } from './error.ts';
import { type TemporalAccess, within } from './connect-temporal.ts';
import { quote } from './settings-option.ts';

/** A session id from the command line. Throws CliError (2). */
export function parseSession(text: string): string {
  const result = sessionIdSchema.safeParse(text);
  if (result.success) return result.data;
  throw usageError(`${quote(text)} can't be a session id: ${result.error.issues[0]!.message}.`);
}

/** Starts a call's workflow. Throws CliError where a call of this session runs, or ran: it names one call for ever. */
export async function startCallWorkflow(
  temporal: TemporalAccess,
  taskQueuePrefix: string,
  request: CallRequest,
  /** The bot calls the number of the request. */
  dial = false,
): Promise<WorkflowHandleWithFirstExecutionRunId> {
  const { client, connection } = temporal;
  try {
    return await within(connection, () =>
      client.workflow.start('call', callStart(request, taskQueuePrefix, dial)),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) await refuseIfTaken(temporal, request.session);
    throw error;
  }
}

/** Throws CliError where a call of this session runs or ran. */
export async function refuseIfTaken(temporal: TemporalAccess, session: string): Promise<void> {
  const status = await statusOf(temporal, session);
  if (status === 'running') {
    throw new CliError(
      `A call of session ${session} already runs: follow it with \`orkestra monitor-session ${session} --follow\`, end it with \`orkestra end-call ${session}\`, or take another session id.`,
    );
  }
  if (status === 'ended') {
    throw new CliError(`Session ${session} was a call that has ended: take another session id.`);
  }
}

/** A call as Temporal lists it. */
export interface CallStatus {
  status: 'running' | 'ended' | 'unknown';
  domain?: string;
  adapter?: string;
}

/** Whether a call runs, has ended, or was never there. */
export const statusOf = async (temporal: TemporalAccess, session: string) =>
  (await describeCall(temporal, session)).status;

/** The same, with what the Web UI shows of it. */
export async function describeCall(
  { client, connection }: TemporalAccess,
  session: string,
): Promise<CallStatus> {
  const handle = client.workflow.getHandle(workflowIdOf(session));
  try {
    const { status, typedSearchAttributes: shown } = await within(connection, () => handle.describe());
    return {
      status: status.name === 'RUNNING' ? 'running' : 'ended',
      domain: shown.get(searchAttributes.domain),
      adapter: shown.get(searchAttributes.adapter),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: 'unknown' };
    throw error;
  }
}

/** Throws CliError where Temporal has never heard of the session. */
export const unknownSession = (session: string) =>
  new CliError(`There is no call of session ${session}: start one with \`orkestra start-call ${session}\`.`);

/** An orchestrator that has to replay a long call answers within this, ms. */
const QUERY_TIMEOUT_MS = 10_000;

/** A call's state and transcript, as its workflow knows them. Throws CliError where nobody answers for it. */
export async function queryCall({ client, connection }: TemporalAccess, session: string) {
  const handle = client.workflow.getHandle(workflowIdOf(session));
  try {
    const [state, transcript] = await within(
      connection,
      () => Promise.all([handle.query(stateQuery), handle.query(transcriptQuery)]),
      QUERY_TIMEOUT_MS,
    );
    return { state, transcript };
  } catch (error) {
    throw new CliError(
      `Call ${session} does not answer: see with \`orkestra orchestrator-health\` whether an orchestrator runs.`,
      1,
      { cause: error },
    );
  }
}
