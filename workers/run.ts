import { once, setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import type { TraceCall } from '../call/call-span.ts';
import { ConfigError, loadConfig } from '../config/load.ts';
import { createLogger, type Logger } from '../config/log.ts';
import type { Config } from '../config/schema.ts';
import { temporalConnection, workerConverter } from '../config/temporal.ts';
import { StreamHub } from '../stream/hub.ts';
import { Health, openDoors } from './health.ts';
import { logOnce } from './log-once.ts';
import { announce } from './presence.ts';
import { watchPayloads } from './unreadable-payloads.ts';
import { processMetrics, streamLag } from './process-metrics.ts';
import { sdkLogger } from './sdk-log.ts';
import { startTracing } from './tracing.ts';
import { installRuntime } from './temporal-metrics.ts';

/** What every worker process has before its own part begins. */
export interface WorkerContext {
  /** Names this process, in Temporal and among the workers that announce themselves. */
  id: string;
  config: Config;
  log: Logger;
  health: Health;
  metrics: Registry;
  hub: StreamHub;
  /** How payloads of Temporal's are written and read. */
  dataConverter: DataConverter;
  /** The metrics of Temporal's SDK, as Prometheus' text. */
  readTemporal(): Promise<string>;
  /** Takes the spans of calls, where traces are collected. */
  trace?: TraceCall;
  /** Aborts on SIGTERM or SIGINT. */
  draining: AbortSignal;
}

/** A worker's own part, running. */
export interface RunningWorker {
  /** Settles when it has come to its end after draining; rejects when it broke. */
  finished: Promise<void>;
  /** Lets go of engines and connections, after `finished`. */
  close(): Promise<void>;
}

/**
 * Runs one worker process from start to end: configuration, health, connections, the worker's own part, draining.
 * Exits with 2 where the configuration is wrong, with 1 where the worker broke.
 */
export async function runWorker(
  role: string,
  start: (context: WorkerContext) => Promise<RunningWorker>,
): Promise<void> {
  const config = readConfig();
  const log = createLogger(config, role);
  const health = new Health(role);
  const metrics = processMetrics(health);
  const readTemporal = await installRuntime({ shutdownSignals: [], logger: sdkLogger(log) });
  const readAll = async () => (await Promise.all([metrics.metrics(), readTemporal()])).join('\n');
  const doors = await openDoors(config, health, readAll).catch((error: Error) => {
    log.fatal({ error: error.message }, 'this worker can’t start');
    process.exit(1);
  });
  const stop = new AbortController();
  // Each stage listens to it.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

  const hub = new StreamHub(
    config.redis,
    logOnce(log, 'Redis can’t be reached'),
    streamLag(metrics),
    (error) => log.error({ error, stack: error.stack }, 'an entry of a stream could not be handled'),
  );
  health.add('redis', async () => {
    await hub.redis.ping();
  });
  const id = `${role}-${hostname()}-${process.pid}`;
  const startedAt = Date.now();
  const begun = performance.now();
  const tracing = await startTracing(role, id, log);
  hub.lifelines.show(id);
  const presence = announce(hub.redis, config.temporal.taskQueuePrefix, {
    role,
    id,
    pid: process.pid,
    host: hostname(),
    healthUrl: doors.healthUrl,
    metricsUrl: doors.metricsUrl,
    startedAt,
  });
  stop.signal.addEventListener('abort', () => {
    health.status = 'draining';
    log.info('draining');
  });
  const asked = once(stop.signal, 'abort').then(() => stop.signal.throwIfAborted() as never);
  asked.catch(() => undefined);
  try {
    // One that is not ready yet has begun nothing that it would have to end.
    const starting = start({
      id,
      config,
      log,
      health,
      metrics,
      hub,
      dataConverter: workerConverter(config.temporal, watchPayloads({ log, health, metrics })),
      readTemporal,
      trace: tracing?.trace,
      draining: stop.signal,
    });
    const worker = await Promise.race([starting, asked]);
    if (health.status === 'starting') health.status = 'ready';
    log.info({ health: doors.healthUrl, startMs: Math.round(performance.now() - begun) }, 'ready');
    await worker.finished;
    await worker.close();
    log.info('stopped');
  } catch (error) {
    if (!stop.signal.aborted) {
      health.status = 'failed';
      health.detail = (error as Error).message;
      log.fatal({ error: health.detail }, 'this worker can’t go on');
      process.exitCode = error instanceof ConfigError ? 2 : 1;
    }
  }
  await presence.withdraw().catch(() => undefined);
  await Promise.allSettled([doors.close(), hub.close(), tracing?.close()]);
  process.exit();
}

function readConfig(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Messages of some 1 kB: to compress them costs both sides more than to send them (decision 0033). */
const UNCOMPRESSED = { grpcCompression: { codec: 'none' } } as const;

/** Connects to Temporal, for as long as it takes: processes start in any order. Rejects when asked to stop. */
export async function connectTemporal({ health, log, draining }: WorkerContext) {
  const { connectionOptions, namespace } = temporalConnection();
  const complain = logOnce(log, `Temporal can’t be reached at ${connectionOptions.address}`);
  for (;;) {
    draining.throwIfAborted();
    try {
      const connection = await NativeConnection.connect({ ...connectionOptions, ...UNCOMPRESSED });
      health.detail = '';
      health.add('temporal', async () => {
        await connection.workflowService.getSystemInfo({});
      });
      return { connection, namespace };
    } catch (error) {
      health.detail = `waiting for Temporal at ${connectionOptions.address}`;
      complain(error as Error);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
