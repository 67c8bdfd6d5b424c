import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { AdapterShelf } from '../activities/adapters/shelf.ts';
import { llmAdapterActivities } from '../activities/adapters/sync.ts';
import type { AdapterSync } from '../activities/types.ts';
import { ownQueueOf } from '../config/task-queues.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import { readPlan } from '../store/adapters.ts';
import type { RedisClient } from '../stream/connection.ts';
import { DatabaseOnDemand } from './database.ts';
import { listWorkers } from './presence.ts';
import { logOnce } from './log-once.ts';
import { connectTemporal, type WorkerContext } from './run.ts';

/** The own task queues of the llm workers whose lease holds. */
export async function listLlmQueues(redis: RedisClient, prefix: string): Promise<string[]> {
  const workers = await listWorkers(redis, prefix);
  return workers.filter(({ role }) => role === 'llm').map(({ id }) => ownQueueOf(prefix, id));
}

/** A worker takes no turns before it has loaded what it should, unless the store is away for longer than this, ms. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * The adapters of an llm worker. It has a task queue of its own, where the control workflow tells it of changes;
 * what was decided before it started, it reads from the store.
 */
export function shelveAdapters(context: WorkerContext, engine: LlmEngine) {
  const { id, config, log, draining, dataConverter } = context;
  const prefix = config.temporal.taskQueuePrefix;
  const database = new DatabaseOnDemand(context);
  const shelf = new AdapterShelf(engine, async () => readPlan(await database.open(), prefix));

  /** Until the plan has been read once. */
  async function catchUp() {
    const complain = logOnce(log, 'the adapters to load are not known yet');
    while (!draining.aborted) {
      try {
        return report(await shelf.sync());
      } catch (error) {
        complain(error as Error);
        await sleep(RETRY_MS, undefined, { signal: draining }).catch(() => undefined);
      }
    }
  }

  function report({ adapters }: AdapterSync) {
    for (const { adapter, error } of adapters) {
      if (error) log.error({ adapter, error }, 'an adapter could not be loaded');
      else log.info({ adapter }, 'adapter loaded');
    }
  }

  async function serve(): Promise<{ close(): Promise<void> }> {
    const { connection, namespace } = await connectTemporal(context);
    const worker = await Worker.create({
      connection,
      namespace,
      identity: id,
      taskQueue: ownQueueOf(prefix, id),
      activities: llmAdapterActivities(shelf),
      dataConverter,
      maxConcurrentActivityTaskExecutions: 2,
      maxConcurrentActivityTaskPolls: 1,
      shutdownGraceTime: 1_000,
      shutdownForceTime: 3_000,
    });
    draining.addEventListener('abort', () => worker.shutdown());
    const finished = worker.run();
    // Only now: a change from here on is told to this worker, one from before is in the plan.
    await Promise.race([catchUp(), sleep(PATIENCE_MS, undefined, { ref: false })]);
    return {
      async close() {
        await finished;
        await connection.close();
        await database.close();
      },
    };
  }

  return { shelf, serve };
}
