import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { taskQueueOf } from '../config/task-queues.ts';
import { CallLab } from '../test/call-lab.ts';
import { type GivenStage, restartStages } from './restart-stages.ts';

describe('a stage that Temporal gave to a worker that does not have it', () => {
  let lab: CallLab;
  beforeEach(async () => (lab = await CallLab.open()));
  afterEach(() => lab.close());

  /** Takes a stage from Temporal as a worker would, and says no more of it. */
  async function take(identity: string): Promise<string> {
    const { client, prefix } = lab;
    const { namespace } = client.options;
    const taskQueue = { name: taskQueueOf(prefix, 'cache') };
    const task = await client.withDeadline(Date.now() + 60_000, () =>
      client.workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity }),
    );
    return task.activityId;
  }

  test('is started anew, and one that the worker has in hand is left alone', async () => {
    const { handle } = await lab.start({ cache: true });
    const taken = await take('cache-1');
    const seen: GivenStage[] = [];
    const look = (isLost: boolean) =>
      restartStages(lab.client, taskQueueOf(lab.prefix, 'call'), 'cache-1', (stage) => {
        seen.push(stage);
        return isLost;
      });
    // Temporal's list of calls is a moment behind.
    while (seen.length === 0) expect(await look(false)).toBe(0);
    expect(seen).toEqual([{ workflowId: handle.workflowId, activityId: taken, attempt: 1 }]);
    expect(await look(true)).toBe(1);
    const again = await take('cache-2');
    expect(again).not.toBe(taken);
    expect(again.split('/')[0]).toBe(taken.split('/')[0]);
    await handle.terminate();
  });
});
