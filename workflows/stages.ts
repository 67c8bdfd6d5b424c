import { CancellationScope, createEventGroup, isCancellation, log, workflowInfo } from '@temporalio/workflow';
import type { Arming } from '../activities/types.ts';
import { activities } from './activities.ts';
import type { CallMemory } from './memory.ts';

type Activities = ReturnType<typeof activities>;

/** What a stage is called in the history and the Web UI. */
interface StageName {
  /** `listen-3`: with the arming it makes the activity's id. */
  id: string;
  summary: string;
  /** What it stands together with in the Web UI. */
  group?: string;
}

/**
 * The stages that are under way. One whose worker died is started anew at once, under a higher fencing number;
 * Temporal alone would wait for a heartbeat that does not come.
 */
export class Stages {
  /** How often stages were started anew because their workers died, by their names. */
  private readonly restarts = new Map<string, number>();
  private readonly underWay = new Map<string, { scope: CancellationScope; lost: boolean }>();

  constructor(
    private readonly memory: CallMemory,
    /** This run goes on where another one left off: the turn that is armed first may have begun before. */
    public resumed: boolean,
  ) {}

  /** Runs a stage until it has a result. The promise may be left alone: nobody has to catch its rejection. */
  run<T>(name: StageName, start: (act: Activities, arming: Arming) => Promise<T>): Promise<T> {
    const result = this.untilDone(name, start);
    result.catch(() => undefined);
    return result;
  }

  /** Starts anew those of the activities that are under way. */
  restart(activityIds: string[]) {
    for (const id of activityIds) {
      const stage = this.underWay.get(id);
      if (!stage) continue;
      stage.lost = true;
      stage.scope.cancel();
    }
  }

  /** How often a stage was started anew; it is forgotten with that. */
  takeRestarts(id: string): number {
    const restarts = this.restarts.get(id) ?? 0;
    this.restarts.delete(id);
    return restarts;
  }

  private async untilDone<T>(
    { id, summary, group }: StageName,
    start: (act: Activities, arming: Arming) => Promise<T>,
  ): Promise<T> {
    const { memory } = this;
    // The id keeps the label, which may come to hold personal data, out of hashes.
    const eventGroups = group
      ? [createEventGroup(group, { id: `${workflowInfo().workflowId}/${group}` })]
      : undefined;
    for (let again = this.resumed; ; again = true) {
      const arming = (memory.arming += 1);
      const activityId = `${id}/${arming}`;
      const stage = { scope: new CancellationScope(), lost: false };
      this.underWay.set(activityId, stage);
      try {
        const act = activities(memory.taskQueuePrefix, { activityId, summary, eventGroups });
        return await stage.scope.run(() => start(act, { arming, again }));
      } catch (error) {
        if (!stage.lost || !isCancellation(error)) throw error;
        this.restarts.set(id, (this.restarts.get(id) ?? 0) + 1);
        log.warn('a stage lost its worker and is started anew', { stage: id });
      } finally {
        this.underWay.delete(activityId);
      }
    }
  }
}
