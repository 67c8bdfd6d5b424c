import { Client, Connection } from '@temporalio/client';
import { clientConverter, temporalConnection } from '../config/temporal.ts';
import { metered } from '../engines/metered.ts';
import { createVadEngine } from '../engines/vad/create.ts';
import { tellRoom } from '../gateway/room.ts';
import { startGateway } from '../gateway/server.ts';
import { callControl } from './call-control.ts';
import { engineMetrics } from './engine-metrics.ts';
import { watchRoles } from './missing-roles.ts';
import { runWorker } from './run.ts';
import { telephoneLines } from './telephone-lines.ts';

/** Carries callers' audio: WebSockets on one side, the live streams on the other. */
export const run = () =>
  runWorker('gateway', async (context) => {
    const { id, config, hub, log, metrics, health, trace, draining } = context;
    const vad = metered(engineMetrics(metrics)).vad(createVadEngine(config));
    await vad.warmUp();
    health.add('engine', async () => vad.name);
    const { connectionOptions, namespace } = temporalConnection();
    const connection = Connection.lazy(connectionOptions);
    const client = new Client({ connection, namespace, dataConverter: clientConverter(config.temporal) });
    health.add('temporal', async () => {
      await connection.workflowService.getSystemInfo({});
    });
    const control = callControl(client, config.temporal.taskQueuePrefix);
    const lines = telephoneLines(client, control);
    const prefix = config.temporal.taskQueuePrefix;
    const roles = watchRoles(hub.redis, prefix);
    const missingRoles = () => roles.missing();
    const gateway = await startGateway({
      config,
      hub,
      vad,
      control,
      lines,
      log,
      metrics,
      trace,
      missingRoles,
    });
    const { admission } = gateway;
    health.add('calls', async () => admission.describe());
    const room = tellRoom(hub.redis, prefix, id, () => (draining.aborted ? 'draining' : admission.busy()));
    log.info({ port: gateway.port }, 'callers can connect');
    const finished = new Promise<void>((resolve, reject) => {
      draining.addEventListener('abort', () => void gateway.drain().then(resolve, reject));
    });
    return {
      finished,
      async close() {
        roles.stop();
        await room.withdraw();
        await gateway.close();
        await vad.close();
        await connection.close();
      },
    };
  });
