import { readFile } from 'node:fs/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { workflowIdOf } from '../../call/request.ts';
import { type TemporalAccess, within } from '../connect-temporal.ts';
import { CliError } from '../error.ts';

/** The histories of a call's runs, the first one first. */
export interface CallHistory {
  runs: { runId: string; history: History }[];
  /** Temporal no longer has the call's first runs. */
  incomplete: boolean;
}

/** A gRPC status code. */
const NOT_FOUND = 5;

/** A history of thousands of events comes page by page, ms. */
const FETCH_TIMEOUT_MS = 60_000;

/** A long call is continued as new: each run names the one before. Undefined where Temporal knows no such call. */
export async function fetchHistory(
  { client, connection }: TemporalAccess,
  session: string,
): Promise<CallHistory | undefined> {
  const runs: CallHistory['runs'] = [];
  for (let runId: string | undefined; ;) {
    const handle = client.workflow.getHandle(workflowIdOf(session), runId);
    let history: History;
    try {
      history = await within(connection, () => handle.fetchHistory(), FETCH_TIMEOUT_MS);
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      return runs.length > 0 ? { runs, incomplete: true } : undefined;
    }
    const started = startOf(history);
    runs.unshift({ runId: started?.originalExecutionRunId ?? runId ?? '', history });
    if (!started?.continuedExecutionRunId) return { runs, incomplete: false };
    runId = started.continuedExecutionRunId;
  }
}

/** A run's history from a file, as Temporal's CLI or Web UI writes it. Throws CliError. */
export async function readHistory(file: string): Promise<CallHistory> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`--history: ${file} can't be read: ${error.code ?? error.message}.`);
  });
  const howTo = 'save one with `temporal workflow show --workflow-id call-SESSION --output json`';
  let history: History;
  try {
    history = historyFromJSON(JSON.parse(text));
  } catch {
    throw new CliError(`--history: ${file} is no history of Temporal's, or is damaged: ${howTo}.`);
  }
  const started = startOf(history);
  if (!started)
    throw new CliError(`--history: ${file} holds no history that begins at its beginning: ${howTo}.`);
  if (started.workflowType?.name !== 'call') {
    throw new CliError(
      `--history: ${file} is of a workflow ${started.workflowType?.name}, and not of a call.`,
    );
  }
  const runs = [{ runId: started.originalExecutionRunId ?? '', history }];
  return { runs, incomplete: Boolean(started.continuedExecutionRunId) };
}

const startOf = ({ events }: History) => events?.[0]?.workflowExecutionStartedEventAttributes;
