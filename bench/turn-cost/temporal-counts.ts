import type { Client } from '@temporalio/client';
import { workflowIdOf } from '../../call/request.ts';

/** What a workflow's history holds. */
export interface TemporalCounts {
  events: number;
  workflowTasks: number;
  /**
   * What Temporal Cloud bills, without heartbeats (https://docs.temporal.io/cloud/actions): starts of workflows, activities
   * and each retry, timers, signals, updates, upserts of search attributes other than those of versions.
   */
  actions: number;
}

/** Of a call that has ended. */
export async function countsOfCall(client: Client, session: string): Promise<TemporalCounts> {
  const { events = [] } = await client.workflow.getHandle(workflowIdOf(session)).fetchHistory();
  const counts = { events: events!.length, workflowTasks: 0, actions: 0 };
  for (const event of events!) {
    if (event.workflowTaskCompletedEventAttributes) counts.workflowTasks += 1;
    const retried = event.activityTaskStartedEventAttributes?.attempt ?? 1;
    counts.actions += retried - 1;
    const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    if (fields && Object.keys(fields).some((name) => name !== 'TemporalChangeVersion')) counts.actions += 1;
    const billed =
      event.workflowExecutionStartedEventAttributes ??
      event.activityTaskScheduledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes;
    if (billed) counts.actions += 1;
  }
  return counts;
}

/** Heartbeats that the workers have sent so far: billed, and in no history. */
export async function heartbeats(healthUrls: Record<string, string>): Promise<number> {
  const texts = await Promise.all(
    Object.values(healthUrls).map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  const line = /^temporal_request_total\{[^}]*operation="RecordActivityTaskHeartbeat"[^}]*\} (\d+)/gm;
  return texts.flatMap((text) => [...text.matchAll(line)]).reduce((sum, [, count]) => sum + Number(count), 0);
}
