import type { RuntimeOptions } from '@temporalio/worker';
import { sessionOf } from '../call/request.ts';
import type { Logger } from '../config/log.ts';

/** What the SDK's lines may say beside their message. The rest can hold a call's payloads, or is noise. */
const ALLOWED = [
  'sdkComponent',
  'taskQueue',
  'workflowType',
  'activityType',
  'activityId',
  'attempt',
  'state',
  'durationMs',
  'error',
  // Of lines that our workflows write.
  'turn',
  'stage',
] as const;

/** What the SDK thinks worth an info line (each worker's states) is a debug line among ours. */
const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Lets the SDK, and workflows by way of it, log through ours. */
export function sdkLogger(log: Logger): NonNullable<RuntimeOptions['logger']> {
  const write = (level: keyof typeof LEVELS, message: string, meta: object = {}) =>
    log[LEVELS[level]](fieldsOf(meta as Record<string, unknown>), message);
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
  const fields: Record<string, unknown> = {};
  for (const name of ALLOWED) if (meta[name] !== undefined) fields[name] = meta[name];
  const { workflowId } = (meta.workflowExecution ?? meta) as { workflowId?: string };
  const session = workflowId && sessionOf(workflowId);
  return session ? { session, ...fields } : fields;
}
