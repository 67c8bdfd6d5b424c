import type { RuntimeOptions } from '@temporalio/worker';
import { sessionOf } from '../call/request.ts';
import type { Logger } from '../config/log.ts';

/** What the SDK's own lines may say beside their message. The rest can hold a call's payloads, or is noise. */
const ALLOWED = new Set([
  'sdkComponent',
  'taskQueue',
  'workflowType',
  'activityType',
  'activityId',
  'attempt',
  'state',
  'durationMs',
  'error',
]);

/** What the SDK adds to the lines that our workflows write; the call is told by its session. */
const ADDED = new Set(['sdkComponent', 'namespace', 'taskQueue', 'workflowId', 'runId', 'workflowType']);

/** What the SDK thinks worth an info line (each worker's states) is a debug line among ours. */
const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Lets the SDK, and workflows by way of it, log through ours. */
export function sdkLogger(log: Logger): NonNullable<RuntimeOptions['logger']> {
  const write = (level: keyof typeof LEVELS, message: string, meta: object = {}) => {
    // Several a turn, mostly at levels that nobody reads.
    if (!log.isLevelEnabled(LEVELS[level])) return;
    log[LEVELS[level]](fieldsOf(meta as Record<string, unknown>), message);
  };
  return {
    log: (level, message, meta) => write(level, message, meta),
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

function fieldsOf(meta: Record<string, unknown>): Record<string, unknown> {
  const isOurs = meta.sdkComponent === 'workflow';
  const kept = Object.entries(meta).filter(([name]) => (isOurs ? !ADDED.has(name) : ALLOWED.has(name)));
  const { workflowId } = (meta.workflowExecution ?? meta) as { workflowId?: string };
  const session = workflowId === undefined ? undefined : sessionOf(workflowId);
  return { ...(session && { session }), ...Object.fromEntries(kept) };
}
