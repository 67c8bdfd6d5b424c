import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { ActivityInterceptorsFactory, NativeConnection } from '@temporalio/worker';
import { taskQueueOf } from '../config/task-queues.ts';
import { clientConverter } from '../config/temporal.ts';
import { type GivenStage, restartStages } from './restart-stages.ts';
import type { WorkerContext } from './run.ts';
import { failedPolls } from './temporal-metrics.ts';

/** So long after its end a stage is not lost yet: its result is on its way to Temporal, ms. */
const TELLING_MS = 1_000;
/** How often it is looked whether Temporal answers, and how long it may take, ms. */
const PROBE_MS = 1_000;
/** How often it is looked whether polls have failed, ms: in metrics that this process has itself, which takes it a ms. */
const POLLS_MS = 2_000;
/** Looks after Temporal has come back, or a poll has failed, ms: the SDK may go on trying to tell a result for 10 s. */
const AFTER_ABSENCE_MS = [0, 3_000, 8_000];
/** Looks after the worker was asked to go, ms; it does not end before the last one. */
const AFTER_DRAIN_MS = [250, 750];
/** One look may take so long, ms. */
const LOOK_MS = 5_000;

const keyOf = ({ workflowId, activityId, attempt }: GivenStage) => `${workflowId} ${activityId} ${attempt}`;

/**
 * Sees to stages that Temporal believes to be with this worker and that are not: their results were dropped while
 * Temporal could not be reached (its SDK gives up after 10 s), or they were handed out over a connection that broke, or just as
 * the worker stopped asking. Temporal alone would wait for a heartbeat. Their calls start them anew, and whatever was done already is in
 * the call's stream.
 */
export class LostStages {
  private readonly held = new Set<string>();
  private readonly client: Client;
  private readonly stop = new AbortController();
  private away = false;
  /** Temporal has come back since the last look, or a poll has failed. */
  private due = false;
  private failedPolls = 0;
  private looking = false;

  constructor(
    private readonly context: Pick<WorkerContext, 'id' | 'config' | 'log' | 'readTemporal'>,
    private readonly connection: NativeConnection,
    namespace: string,
  ) {
    const dataConverter = clientConverter(context.config.temporal);
    this.client = new Client({ connection, namespace, dataConverter });
  }

  /** Knows by this what the worker has in hand. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => {
    const { activityId, attempt, workflowExecution } = info;
    const key = keyOf({ workflowId: workflowExecution?.workflowId ?? '', activityId, attempt });
    return {
      inbound: {
        execute: async (input, next) => {
          this.held.add(key);
          try {
            return await next(input);
          } finally {
            setTimeout(() => this.held.delete(key), TELLING_MS).unref();
          }
        },
      },
    };
  };

  /** Looks after each absence of Temporal's, and each poll that failed, until `drained`. */
  watch() {
    const timers = [
      setInterval(() => void this.probe(), PROBE_MS),
      setInterval(() => void this.countPolls(), POLLS_MS),
    ];
    for (const timer of timers) timer.unref();
    this.stop.signal.addEventListener('abort', () => timers.forEach(clearInterval));
  }

  /** The worker takes no more stages. Resolves when the last look is over. */
  async drained() {
    this.stop.abort();
    await this.lookAfter(AFTER_DRAIN_MS);
  }

  private async probe() {
    const asked = this.connection.healthService.check({}).then(
      () => true,
      () => false,
    );
    const answered = await Promise.race([asked, sleep(PROBE_MS, false, { ref: false })]);
    this.due ||= answered && this.away;
    this.away = !answered;
    await this.lookIfDue();
  }

  /** What Temporal was just handing out over a connection that broke, nobody has: no absence of its is seen for it. */
  private async countPolls() {
    const failed = failedPolls(await this.context.readTemporal());
    this.due ||= failed > this.failedPolls;
    this.failedPolls = Math.max(failed, this.failedPolls);
    await this.lookIfDue();
  }

  private async lookIfDue() {
    // One round at a time: a Temporal that is slow is not to be asked more for it.
    if (!this.due || this.away || this.looking) return;
    this.due = false;
    this.looking = true;
    await this.lookAfter(AFTER_ABSENCE_MS);
    this.looking = false;
  }

  private async lookAfter(delays: readonly number[]) {
    let waited = 0;
    for (const delay of delays) {
      await sleep(delay - waited);
      waited = delay;
      await Promise.race([this.look(), sleep(LOOK_MS, undefined, { ref: false })]);
    }
  }

  private async look() {
    const { id, config, log } = this.context;
    const taskQueue = taskQueueOf(config.temporal.taskQueuePrefix, 'call');
    try {
      const calls = await restartStages(this.client, taskQueue, id, (stage) => !this.held.has(keyOf(stage)));
      if (calls > 0)
        log.warn({ calls }, 'Temporal waits for stages that are not here: they are started anew');
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'lost stages can’t be looked for');
    }
  }
}
