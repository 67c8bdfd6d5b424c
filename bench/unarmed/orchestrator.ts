import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { orchestratorActivities } from '../../activities/close-stream.ts';
import { loadConfig } from '../../config/load.ts';
import { taskQueueOf, temporalConnection } from '../../config/temporal.ts';
import { StreamHub } from '../../stream/hub.ts';

/** Runs the unarmed call in the orchestrator's place; prints `ready` when it does. */
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const config = loadConfig();
const { connectionOptions, namespace } = temporalConnection();
const connection = await NativeConnection.connect(connectionOptions);
const hub = new StreamHub(config.redis, () => undefined);
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: new URL('./index.js', import.meta.url).pathname,
  logger: new DefaultLogger('ERROR'),
});
const worker = await Worker.create({
  connection,
  namespace,
  workflowBundle,
  activities: orchestratorActivities(hub),
  taskQueue: taskQueueOf(config.temporal.taskQueuePrefix, 'call'),
});
process.on('SIGTERM', () => worker.shutdown());
process.stdout.write('ready\n');
await worker.run();
await hub.close();
await connection.close();
