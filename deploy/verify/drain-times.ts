import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { configSchema } from '../../config/schema.ts';
import { SHUTDOWN_FORCE_MS } from '../../workers/activity-worker.ts';

const { drainMs } = configSchema.parse({}).gateway;

/** How long each process may take to end once it is asked to, s, unless it is set otherwise: who kills it has to wait longer. */
export const drainSeconds = Object.fromEntries(
  workerNames.map((name) => [name, (name === 'gateway' ? drainMs : SHUTDOWN_FORCE_MS) / 1_000]),
) as Record<WorkerName, number>;
