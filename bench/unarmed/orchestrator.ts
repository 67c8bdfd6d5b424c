import { hostname } from 'node:os';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { orchestratorActivities } from '../../activities/close-stream.ts';
import { loadConfig } from '../../config/load.ts';
import { taskQueueOf, temporalConnection } from '../../config/temporal.ts';
import { StreamHub } from '../../stream/hub.ts';
import { announce } from '../../workers/presence.ts';

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
// Gateways turn callers away while no orchestrator is there. This one has no health server.
const presence = announce(hub.redis, config.temporal.taskQueuePrefix, {
  role: 'orchestrator',
  id: `orchestrator-${hostname()}-${process.pid}`,
  pid: process.pid,
  host: hostname(),
  healthUrl: '',
  startedAt: Date.now(),
});
process.on('SIGTERM', () => worker.shutdown());
process.stdout.write('ready\n');
await worker.run();
await presence.withdraw();
await hub.close();
await connection.close();
