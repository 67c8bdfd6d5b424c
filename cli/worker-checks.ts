import { z } from 'zod';
import type { Service } from '../config/task-queues.ts';
import type { RedisClient } from '../stream/connection.ts';
import { listWorkers, type WorkerInfo } from '../workers/presence.ts';
import { type Finding, measured, type Part } from './health-part.ts';
import { type WorkerName, workerNames } from '../config/worker-names.ts';

/** Calls are held without these: answers are then not reused, and rows are written later. */
export const dispensable = new Set<string>(['cache', 'analytics'] satisfies (WorkerName & Service)[]);

/** A worker gives each of its own checks 2 s. */
const TIMEOUT_MS = 4_000;

const reportSchema = z.object({
  status: z.string(),
  detail: z.string().default(''),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
});

/** Asks each announced worker how it is; a role is `degraded` where some of its workers are not ready. */
export async function checkWorkers(redis: RedisClient | undefined, prefix: string): Promise<Part[]> {
  const workers = redis && (await listWorkers(redis, prefix).catch(() => undefined));
  return Promise.all(
    workerNames.map((role) =>
      measured(`worker ${role}`, !dispensable.has(role), async () =>
        workers
          ? askRole(workers.filter((worker) => worker.role === role))
          : { status: 'failed', detail: 'can’t be found without Redis' },
      ),
    ),
  );
}

async function askRole(workers: WorkerInfo[]): Promise<Finding> {
  if (workers.length === 0) return { status: 'failed', detail: 'none runs' };
  const troubles = await Promise.all(workers.map(troubleOf));
  const ready = troubles.filter((trouble) => trouble === undefined).length;
  const detail = [
    `${ready} of ${workers.length} ready`,
    ...troubles.filter((trouble) => trouble !== undefined),
  ];
  return {
    status: ready === workers.length ? 'ok' : ready > 0 ? 'degraded' : 'failed',
    detail: detail.join('; '),
  };
}

/** What keeps a worker from its work; nothing if it is ready. */
async function troubleOf({ id, healthUrl }: WorkerInfo): Promise<string | undefined> {
  try {
    const response = await fetch(`${healthUrl}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json();
    if (response.ok) return undefined;
    const { status, detail, checks } = reportSchema.parse(body);
    const failing = Object.entries(checks).filter(([, check]) => !check.ok);
    const reasons = [detail, ...failing.map(([name, check]) => `${name}: ${check.detail}`)].filter(Boolean);
    // `ready` is what it says of itself; a failing check says otherwise.
    const state = status === 'ready' ? 'not ready' : status;
    return `${id} is ${state}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`;
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') return `${id} gives no answer within ${TIMEOUT_MS / 1_000} s`;
    return `${id} does not answer (${(cause as NodeJS.ErrnoException | undefined)?.code ?? message})`;
  }
}
