import type { Client } from '@temporalio/client';
import { taskQueueOf } from '../config/task-queues.ts';
import type { RedisClient } from '../stream/connection.ts';
import { listLostWorkers } from './presence.ts';
import { logOnce } from './log-once.ts';
import { restartStages } from './restart-stages.ts';
import type { WorkerContext } from './run.ts';

/** How often leases are looked at, ms. */
const LOOK_MS = 250;
/** After Redis was away every lease has run out; workers get this long to renew theirs, ms. */
const SETTLE_MS = 2_000;
/** One orchestrator sees to a worker that died; the others leave it alone for this long, ms. */
const CLAIM_MS = 120_000;

/**
 * Sees workers die by their leases, long before Temporal misses a heartbeat, and tells every call that had a stage
 * there.
 */
export function watchLostWorkers(
  context: WorkerContext,
  client: Client,
  onLost: (role: string) => void,
): { stop(): void } {
  const { hub, log } = context;
  const complain = logOnce(log, 'lost workers can’t be looked for');
  let settledAt = performance.now() + SETTLE_MS;
  const onReady = () => (settledAt = performance.now() + SETTLE_MS);
  hub.redis.on('ready', onReady);
  let looking = false;
  const timer = setInterval(() => {
    if (looking || hub.redis.status !== 'ready' || performance.now() < settledAt) return;
    looking = true;
    look(context, client, onLost)
      .catch(complain)
      .finally(() => (looking = false));
  }, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      hub.redis.off('ready', onReady);
    },
  };
}

async function look({ hub, log, config }: WorkerContext, client: Client, onLost: (role: string) => void) {
  const prefix = config.temporal.taskQueuePrefix;
  for (const { id, role } of await listLostWorkers(hub.redis, prefix)) {
    if (!(await claim(hub.redis, id))) continue;
    const started = performance.now();
    const calls = await restartStages(client, taskQueueOf(prefix, 'call'), id);
    onLost(role);
    log.warn(
      { worker: id, lost: role, calls, tookMs: Math.round(performance.now() - started) },
      'a worker died',
    );
  }
}

const claim = async (redis: RedisClient, id: string) =>
  (await redis.set(`orkestra:lost:${id}`, '1', 'PX', CLAIM_MS, 'NX')) === 'OK';
