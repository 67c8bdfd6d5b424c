import { DefaultLogger, NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Proxy } from '../bench/chaos/proxy.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { temporalConnection } from '../config/temporal.ts';
import { CallLab } from '../test/call-lab.ts';
import { LostStages } from './lost-stages.ts';
import { failedPolls, installRuntime } from './temporal-metrics.ts';

/** Number of temporal.api.enums.v1.TaskQueueType. */
const ACTIVITY = 2;

let lab: CallLab;
let proxy: Proxy;
let connection: NativeConnection;
let readTemporal: () => Promise<string>;
beforeAll(async () => {
  readTemporal = await installRuntime({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
  lab = await CallLab.open();
  const { connectionOptions } = temporalConnection();
  proxy = await Proxy.open(Number(connectionOptions.address!.split(':')[1]));
  connection = await NativeConnection.connect({ address: `127.0.0.1:${proxy.port}` });
});
afterAll(async () => {
  await lab.close();
  await connection.close();
  await proxy.close();
});

test('a stage that was handed out over a connection that broke is started anew', async () => {
  const { handle } = await lab.start({ cache: true });
  const { namespace } = lab.client.options;
  const taskQueue = { name: taskQueueOf(lab.prefix, 'cache') };
  /** Polls for a stage as a worker would, and says no more of it. */
  const take = (identity: string) =>
    connection.withDeadline(Date.now() + 60_000, () =>
      connection.workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity }),
    );
  const lost = await take('cache-1');
  const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test');
  const config = loadConfig({ ...process.env, ORKESTRA_TASK_QUEUE_PREFIX: lab.prefix });
  const stages = new LostStages({ id: 'cache-1', config, log, readTemporal }, connection, namespace);
  stages.watch();
  const asking = take('cache-2');
  const polling = { namespace, taskQueue, taskQueueType: ACTIVITY };
  await expect
    .poll(async () => (await lab.client.workflowService.describeTaskQueue(polling)).pollers)
    .toContainEqual(expect.objectContaining({ identity: 'cache-2' }));
  proxy.reset();
  const again = await asking;
  expect(failedPolls(await readTemporal())).toBeGreaterThan(0);
  expect(again.activityId).not.toBe(lost.activityId);
  expect(again.activityId.split('/')[0]).toBe(lost.activityId.split('/')[0]);
  await stages.drained();
  await handle.terminate();
});
