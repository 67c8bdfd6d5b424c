import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { LoadedDataConverter } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';

/** An activity of a call that has come to a result. */
export interface DoneActivity {
  type: string;
  /** As it was scheduled, `listen-3/12`. */
  id: string;
  input: unknown;
  result: unknown;
  /** Temporal's own; 1 unless it was tried again. */
  attempt: number;
}

/** The activities of a run that came to a result, in the order in which they did. Rejects for payloads that can't be read. */
export async function doneActivities(
  { events }: History,
  converter: LoadedDataConverter,
): Promise<DoneActivity[]> {
  const scheduled = new Map<string, { type: string; id: string; input: unknown }>();
  const attempts = new Map<string, number>();
  const done: DoneActivity[] = [];
  for (const event of events ?? []) {
    const {
      activityTaskScheduledEventAttributes: start,
      activityTaskStartedEventAttributes: taken,
      activityTaskCompletedEventAttributes: end,
    } = event;
    if (start) {
      const [input] = await decodeArrayFromPayloads(converter, start.input?.payloads);
      const { activityId: id, activityType } = start;
      scheduled.set(String(event.eventId), { type: activityType?.name ?? '', id: id ?? '', input });
    } else if (taken) {
      attempts.set(String(taken.scheduledEventId), taken.attempt ?? 1);
    } else if (end) {
      const key = String(end.scheduledEventId);
      const [result] = await decodeArrayFromPayloads(converter, end.result?.payloads);
      const activity = scheduled.get(key);
      if (activity) done.push({ ...activity, result, attempt: attempts.get(key) ?? 1 });
    }
  }
  return done;
}
