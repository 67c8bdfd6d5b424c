import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { Database } from '../store/database.ts';
import { removeRecordingsBefore } from '../store/recordings.ts';
import { deleteOlderThan } from '../store/retention.ts';
import { addTurnsToHours } from '../store/turn-hours.ts';
import { logOnce } from './log-once.ts';
import type { WorkerContext } from './run.ts';

/** Reports read what is not added yet row by row, so there is no hurry. ms. */
const ADD_EVERY_MS = 10_000;
const AT_ONCE = 10_000;
const DELETE_EVERY_MS = 3_600_000;

/**
 * Keeps the analytics rows in order until the process drains: adds turns to the hourly figures, and deletes what is
 * older than the configuration keeps. A database that is away is waited for.
 */
export function keepRows(
  database: Database,
  { config, log, draining }: Pick<WorkerContext, 'config' | 'log' | 'draining'>,
): Promise<void> {
  const complain = logOnce(log, 'the analytics rows can’t be kept in order');
  return repeat(draining, complain, [
    { everyMs: ADD_EVERY_MS, act: () => addAll(database) },
    { everyMs: DELETE_EVERY_MS, act: () => deleteOld(database, config, log) },
  ]);
}

async function addAll(database: Database) {
  while ((await addTurnsToHours(database, AT_ONCE)) === AT_ONCE);
}

async function deleteOld(database: Database, { analytics, recordings }: Config, log: WorkerContext['log']) {
  const { retentionDays } = analytics;
  if (retentionDays === undefined) return;
  const before = new Date(Date.now() - retentionDays * 86_400_000);
  const rows = await deleteOlderThan(database, before);
  const files = recordings.folder ? await removeRecordingsBefore(recordings.folder, before) : 0;
  const deleted = { ...rows, recordings: files };
  if (Object.values(deleted).some((count) => count > 0))
    log.info({ before, ...deleted }, 'deleted what is old');
}

async function repeat(
  draining: AbortSignal,
  complain: (error: Error) => void,
  chores: { everyMs: number; act(): Promise<unknown> }[],
) {
  await Promise.all(
    chores.map(async ({ everyMs, act }) => {
      while (!draining.aborted) {
        await act().catch(complain);
        await sleep(everyMs, undefined, { signal: draining }).catch(() => undefined);
      }
    }),
  );
}
