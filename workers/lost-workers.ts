import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { taskQueueOf } from '../config/task-queues.ts';
import { logOnce } from './log-once.ts';
import { lookAtWorkers, type WorkerInfo } from './presence.ts';
import { restartStages } from './restart-stages.ts';
import type { WorkerContext } from './run.ts';

/** How often workers are looked at, ms. */
const LOOK_MS = 200;
/** One whose connection to Redis broke is connected again within this, ms. */
const RECONNECT_MS = 150;
/** After Redis was away every lease has run out; workers get this long to renew theirs, ms. */
const SETTLE_MS = 2_000;
/** One orchestrator sees to a worker that died; the others leave it alone for this long, ms. */
const CLAIM_MS = 120_000;

/**
 * Sees workers die, long before Temporal misses a heartbeat, and tells every call that had a stage there: at once where
 * its connection closed, as that of a process that is killed does, and where its lease ran out. The second finds what
 * Temporal was just handing to a worker that died.
 */
export class LostWorkers {
  private readonly timer: NodeJS.Timeout;
  private readonly complain: (error: Error) => void;
  private settledAt = 0;
  private looking = false;
  /** Ids of the workers that were there at the last look. */
  private known: string[] = [];
  /** And of those that were connected: nobody is missed before. */
  private connected = new Set<string>();

  constructor(
    private readonly context: WorkerContext,
    private readonly client: Client,
    private readonly onLost: (role: string) => void,
  ) {
    this.complain = logOnce(context.log, 'lost workers can’t be looked for');
    this.settle();
    context.hub.redis.on('ready', this.settle);
    this.timer = setInterval(() => this.lookUnlessBusy(), LOOK_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.context.hub.redis.off('ready', this.settle);
  }

  private readonly settle = () => {
    this.settledAt = performance.now() + SETTLE_MS;
    this.connected.clear();
  };

  private lookUnlessBusy() {
    const { redis } = this.context.hub;
    if (this.looking || redis.status !== 'ready' || performance.now() < this.settledAt) return;
    this.looking = true;
    this.look()
      .catch(this.complain)
      .finally(() => (this.looking = false));
  }

  private async look() {
    const { redis, lifelines } = this.context.hub;
    // At once, since it is done all the time.
    const [{ alive, lost }, connected] = await Promise.all([
      lookAtWorkers(redis, this.context.config.temporal.taskQueuePrefix),
      lifelines.of(this.known),
    ]);
    const missed = alive.filter(({ id }) => this.connected.has(id) && !connected.has(id));
    this.known = alive.map(({ id }) => id);
    this.connected = connected;
    for (const worker of await this.stillMissed(missed)) {
      await this.onceOf(`${worker.id}:connection`, () => this.replace(worker, 'its connection closed'));
    }
    for (const worker of lost) {
      await this.onceOf(worker.id, () => this.replace(worker, 'its lease ran out'));
    }
  }

  /** Does what one orchestrator is to do; where that fails, it is still to be done. */
  private async onceOf(what: string, act: () => Promise<void>) {
    const { redis } = this.context.hub;
    const key = `orkestra:lost:${what}`;
    if ((await redis.set(key, '1', 'PX', CLAIM_MS, 'NX')) !== 'OK') return;
    try {
      await act();
    } catch (error) {
      await redis.del(key);
      throw error;
    }
  }

  /** Those that are not connected a moment later either. */
  private async stillMissed(missed: WorkerInfo[]): Promise<WorkerInfo[]> {
    if (missed.length === 0) return [];
    await setTimeout(RECONNECT_MS);
    const back = await this.context.hub.lifelines.of(missed.map(({ id }) => id));
    return missed.filter(({ id }) => !back.has(id));
  }

  private async replace({ id, role }: WorkerInfo, seenBy: string) {
    const { log, config } = this.context;
    const started = performance.now();
    const calls = await restartStages(this.client, taskQueueOf(config.temporal.taskQueuePrefix, 'call'), id);
    const tookMs = Math.round(performance.now() - started);
    log.warn({ worker: id, lost: role, calls, seenBy, tookMs }, 'a worker died');
    await this.onceOf(`${id}:counted`, async () => this.onLost(role));
  }
}
