import type { Client } from '@temporalio/client';
import { taskQueueOf } from '../config/task-queues.ts';
import type { RedisClient } from '../stream/connection.ts';
import { stagesLostSignal } from '../workflows/messages.ts';
import { listLostWorkers } from './presence.ts';
import { logOnce } from './log-once.ts';
import type { WorkerContext } from './run.ts';

/** How often leases are looked at, ms. */
const LOOK_MS = 250;
/** After Redis was away every lease has run out; workers get this long to renew theirs, ms. */
const SETTLE_MS = 2_000;
/** One orchestrator sees to a worker that died; the others leave it alone for this long, ms. */
const CLAIM_MS = 120_000;
/** Calls that are asked at once which of their stages a worker held. */
const CALLS_AT_ONCE = 20;

/**
 * Sees workers die by their leases, long before Temporal misses a heartbeat, and tells every call that had a stage
 * there. Which stages those are, Temporal knows: nothing has to be kept for it while all is well.
 */
export function watchLostWorkers(
  context: WorkerContext,
  client: Client,
  onLost: (role: string) => void,
): { stop(): void } {
  const { hub, log } = context;
  const complain = logOnce(log, 'lost workers can’t be looked for');
  let settledAt = Date.now() + SETTLE_MS;
  const onReady = () => (settledAt = Date.now() + SETTLE_MS);
  hub.redis.on('ready', onReady);
  let looking = false;
  const timer = setInterval(() => {
    if (looking || hub.redis.status !== 'ready' || Date.now() < settledAt) return;
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
    const started = Date.now();
    const calls = await restartStagesOf(client, id, taskQueueOf(prefix, 'call'));
    onLost(role);
    log.warn({ worker: id, lost: role, calls, tookMs: Date.now() - started }, 'a worker died');
  }
}

const claim = async (redis: RedisClient, id: string) =>
  (await redis.set(`orkestra:lost:${id}`, '1', 'PX', CLAIM_MS, 'NX')) === 'OK';

/** Returns how many calls had a stage on that worker. */
async function restartStagesOf(client: Client, worker: string, taskQueue: string): Promise<number> {
  const query = `WorkflowType = 'call' AND ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue}'`;
  const running = client.workflow.list({ query })[Symbol.asyncIterator]();
  let calls = 0;
  const next = async () => {
    for (;;) {
      const { value: execution, done } = await running.next();
      if (done) return;
      const handle = client.workflow.getHandle(execution.workflowId);
      const { raw } = await handle.describe();
      const activityIds = (raw.pendingActivities ?? [])
        .filter(({ lastWorkerIdentity }) => lastWorkerIdentity === worker)
        .map(({ activityId }) => activityId!);
      if (activityIds.length === 0) continue;
      calls += 1;
      // A call that has ended in the meantime needs nothing.
      await handle.signal(stagesLostSignal, { activityIds }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, next));
  return calls;
}
