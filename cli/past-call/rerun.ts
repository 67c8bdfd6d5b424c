import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { loadWorkflows } from '../../workers/workflow-bundle.ts';
import type { CallHistory } from './history.ts';

/** How a run's history went through the present workflow code. */
export interface Rerun {
  runId: string;
  events: number;
  /** Why the code goes another way than the call did; absent where it goes the same. */
  problem?: string;
  /** The event of the history at which it does, where the SDK tells. */
  at?: { eventId: number; what: string };
}

/** Runs the histories through the present workflow code: it has to ask for the same things in the same order. */
export async function rerun({ runs }: CallHistory, dataConverter: DataConverter): Promise<Rerun[]> {
  const logger = new DefaultLogger('ERROR', () => undefined);
  try {
    // What the SDK would say of a call that goes another way is said below.
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: 'off' } } });
  } catch {
    // This process has one.
  }
  const workflowBundle = await loadWorkflows(logger);
  const reruns: Rerun[] = [];
  for (const { runId, history } of runs) {
    const events = history.events!.length;
    try {
      await Worker.runReplayHistory({ workflowBundle, dataConverter }, history);
      reruns.push({ runId, events });
    } catch (error) {
      reruns.push({ runId, events, ...explain((error as Error).message, history) });
    }
  }
  return reruns;
}

/** The SDK wraps its sentence into the names of what carried it. */
function explain(message: string, { events = [] }: History): Pick<Rerun, 'problem' | 'at'> {
  const problem =
    /message: "(.*?)", source/s.exec(message)?.[1] ?? message.replace(/^.*?Details: /s, '').trim();
  const id = /HistoryEvent\(id: (\d+)/.exec(problem)?.[1];
  const scheduled = /scheduled event '([^']+)'/.exec(problem)?.[1];
  const event = events?.find(
    ({ eventId, activityTaskScheduledEventAttributes: activity }) =>
      String(eventId) === id ||
      (scheduled !== undefined && [activity?.activityId, activity?.activityType?.name].includes(scheduled)),
  );
  if (!event) return { problem };
  const kind = Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? 'event';
  const name = event.activityTaskScheduledEventAttributes?.activityId;
  const what = [kind.replace('EventAttributes', ''), name].filter(Boolean).join(' ');
  return { problem, at: { eventId: Number(String(event.eventId)), what } };
}
