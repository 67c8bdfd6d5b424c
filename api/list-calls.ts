import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { taskQueueOf } from '../config/task-queues.ts';
import { searchAttributes } from '../workflows/messages.ts';

/** Which calls are meant. Values are words without quotes: their schemas see to that. */
export interface CallFilter {
  domain?: string;
  phase?: string;
  adapter?: string;
  status?: 'running' | 'ended';
}

/** A call as it is listed. Times are ISO 8601. */
export interface ListedCall {
  session: string;
  domain: string;
  phase: string;
  adapter: string;
  turns: number;
  status: 'running' | 'ended';
  startedAt: string;
  endedAt?: string;
}

const RUNNING = 1;

/** Whether a text can be a token of Temporal's: all its stores take JSON for one, and some fail at anything else. */
export function looksLikePageToken(text: string): boolean {
  try {
    return typeof JSON.parse(Buffer.from(text, 'base64url').toString()) === 'object';
  } catch {
    return false;
  }
}

/** A page of the calls of this deployment, the newest first, from Temporal's visibility; it follows calls by a moment. */
export async function listCalls(
  client: Client,
  taskQueuePrefix: string,
  filter: CallFilter,
  page: { size: number; token?: string },
): Promise<{ calls: ListedCall[]; nextPageToken?: string }> {
  const { namespace } = client.options;
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace,
    query: queryOf(filter, taskQueueOf(taskQueuePrefix, 'call')),
    pageSize: page.size,
    nextPageToken: page.token === undefined ? undefined : Buffer.from(page.token, 'base64url'),
  });
  const calls = (executions ?? []).map(
    ({ execution, searchAttributes: found, status, startTime, closeTime }): ListedCall => {
      const read = (name: string) => {
        const payload = found?.indexedFields?.[name];
        return payload ? defaultPayloadConverter.fromPayload<unknown>(payload as Payload) : undefined;
      };
      return {
        session: execution!.workflowId!.replace(/^call-/, ''),
        domain: String(read(searchAttributes.domain.name) ?? ''),
        phase: String(read(searchAttributes.phase.name) ?? 'connecting'),
        adapter: String(read(searchAttributes.adapter.name) ?? 'default'),
        turns: Number(read(searchAttributes.turns.name) ?? 0),
        status: status === RUNNING ? 'running' : 'ended',
        startedAt: timeOf(startTime),
        ...(closeTime && { endedAt: timeOf(closeTime) }),
      };
    },
  );
  const next = nextPageToken?.length ? Buffer.from(nextPageToken).toString('base64url') : undefined;
  return { calls, ...(next && { nextPageToken: next }) };
}

function queryOf({ domain, phase, adapter, status }: CallFilter, taskQueue: string): string {
  const equal = {
    WorkflowType: 'call',
    TaskQueue: taskQueue,
    [searchAttributes.domain.name]: domain,
    [searchAttributes.phase.name]: phase,
    [searchAttributes.adapter.name]: adapter,
  };
  return [
    ...Object.entries(equal)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} = '${value}'`),
    // A long call has several runs; the last one stands for it.
    `ExecutionStatus != 'ContinuedAsNew'`,
    ...(status ? [`ExecutionStatus ${status === 'running' ? '=' : '!='} 'Running'`] : []),
  ].join(' AND ');
}

const timeOf = (
  time: { seconds?: { toString(): string } | null; nanos?: number | null } | null | undefined,
) =>
  new Date(
    Number(time?.seconds?.toString() ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6),
  ).toISOString();
