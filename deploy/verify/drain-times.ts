import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { gatewayLimits } from '../../gateway/limits.ts';
import { SHUTDOWN_FORCE_MS } from '../../workers/activity-worker.ts';

/** How long each process may take to end once it is asked to, s: who kills it has to wait longer. */
export const drainSeconds = Object.fromEntries(
  workerNames.map((name) => [name, (name === 'gateway' ? gatewayLimits.drainMs : SHUTDOWN_FORCE_MS) / 1_000]),
) as Record<WorkerName, number>;
