import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { packageRoot } from '../config/package.ts';
import { freePort } from '../deploy/local/ports.ts';
import { provision } from '../deploy/local/provision.ts';
import { publishStack, type StackInfo } from '../deploy/local/running-stack.ts';
import type { Report } from '../deploy/local/setup-error.ts';
import { startStack } from '../deploy/local/stack.ts';
import { superviseWorkers } from '../deploy/local/supervisor.ts';
import { workerNames } from './worker-names.ts';

/** All of Orkestra on this machine, ready for calls. */
export interface LocalSystem {
  info: StackInfo;
  /** Rejects when a worker can't be kept up. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

const LOGS = join('.orkestra', 'logs');

/**
 * Fetches the models, starts the servers and one process a worker, and waits until all are warm. Throws SetupError,
 * with nothing left running.
 */
export async function startLocalSystem(report: Report): Promise<LocalSystem> {
  const { gateway, models } = loadConfig();
  await provision({ folder: models.folder, report });
  report('servers: starting Temporal, Redis and Postgres, those that the environment does not name');
  const stack = await startStack({ report });
  const stopping: (() => unknown)[] = [stack.stop];
  const stop = async () => {
    for (let step = stopping.pop(); step; step = stopping.pop()) await step();
  };
  try {
    const port = String(await freePort(gateway.port));
    // Open to this machine alone, unless its owner says otherwise.
    const host = process.env.ORKESTRA_GATEWAY_HOST ?? '127.0.0.1';
    const env = { ...stack.env, ORKESTRA_GATEWAY_HOST: host, ORKESTRA_GATEWAY_PORT: port };
    report(`workers: starting ${workerNames.join(', ')}; their logs are in ${LOGS}`);
    const startedAt = Date.now();
    const workers = await superviseWorkers({ names: workerNames, command, env, folder: LOGS, report });
    stopping.push(() => workers.stop());
    await workers.ready;
    report(`workers: warm, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    const info: StackInfo = {
      pid: process.pid,
      env,
      temporalUi: stack.temporalUi,
      gatewayUrl: `ws://${host}:${port}`,
      pids: { ...stack.pids, ...workers.pids() },
    };
    stopping.push(publishStack(info));
    return { info, failed: workers.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Workers are run by the compiled form of this very program, also where it runs from its source, in tests. */
const command = (name: string) =>
  [process.execPath, join(packageRoot, 'dist', 'cli', 'main.js'), 'worker', name] as const;
