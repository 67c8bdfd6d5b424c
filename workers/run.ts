import { hostname } from 'node:os';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, loadConfig } from '../config/load.ts';
import { createLogger, type Logger } from '../config/log.ts';
import type { Config } from '../config/schema.ts';
import { temporalConnection } from '../config/temporal.ts';
import { StreamHub } from '../stream/hub.ts';
import { Health, serveHealth } from './health.ts';
import { announce } from './presence.ts';

/** What every worker process has before its own part begins. */
export interface WorkerContext {
  /** Names this process, in Temporal and among the workers that announce themselves. */
  id: string;
  config: Config;
  log: Logger;
  health: Health;
  metrics: Registry;
  hub: StreamHub;
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
  const metrics = new Registry();
  metrics.setDefaultLabels({ role });
  collectDefaultMetrics({ register: metrics });
  const health = new Health(role);
  const server = await serveHealth(health, metrics, config.health);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  installRuntime(log);

  const hub = new StreamHub(config.redis, logOnce(log, 'Redis can’t be reached'));
  health.add('redis', async () => {
    await hub.redis.ping();
  });
  const id = `${role}-${hostname()}-${process.pid}`;
  const startedAt = Date.now();
  const presence = announce(hub.redis, config.temporal.taskQueuePrefix, {
    role,
    id,
    pid: process.pid,
    host: hostname(),
    healthUrl: server.url,
    startedAt,
  });
  stop.signal.addEventListener('abort', () => {
    health.status = 'draining';
    log.info('draining');
  });
  try {
    const worker = await start({ id, config, log, health, metrics, hub, draining: stop.signal });
    if (health.status === 'starting') health.status = 'ready';
    log.info({ health: server.url, startMs: Date.now() - startedAt }, 'ready');
    await worker.finished;
    await worker.close();
    log.info('stopped');
  } catch (error) {
    if (!stop.signal.aborted) {
      health.status = 'failed';
      health.detail = (error as Error).message;
      log.fatal({ error: health.detail }, 'this worker can’t go on');
      process.exitCode = 1;
    }
  }
  await presence.withdraw().catch(() => undefined);
  await Promise.allSettled([server.close(), hub.close()]);
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

/** The SDK logs through ours, and leaves signals to us. */
function installRuntime(log: Logger) {
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => log[sdkLevels[level]]({ ...meta }, message),
      trace: (message, meta) => log.trace({ ...meta }, message),
      debug: (message, meta) => log.debug({ ...meta }, message),
      info: (message, meta) => log.debug({ ...meta }, message),
      warn: (message, meta) => log.warn({ ...meta }, message),
      error: (message, meta) => log.error({ ...meta }, message),
    },
  });
}

// What the SDK thinks worth an info line (each worker's states) is a debug line among ours.
const sdkLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** How often a part that stays away is mentioned again, ms. */
const REPEAT_MS = 5_000;

/** Logs an error when it first comes, then every few seconds for as long as it goes on. */
export function logOnce(log: Logger, what: string): (error: Error) => void {
  let last = 0;
  return (error) => {
    if (Date.now() - last < REPEAT_MS) return;
    last = Date.now();
    log.warn({ error: error.message }, what);
  };
}

/** Connects to Temporal, for as long as it takes: processes start in any order. Rejects when asked to stop. */
export async function connectTemporal({ health, log, draining }: WorkerContext) {
  const { connectionOptions, namespace } = temporalConnection();
  const complain = logOnce(log, `Temporal can’t be reached at ${connectionOptions.address}`);
  for (;;) {
    draining.throwIfAborted();
    try {
      const connection = await NativeConnection.connect(connectionOptions);
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
