import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { optionalModels, shippedManifest } from '../deploy/local/manifest.ts';
import { provision } from '../deploy/local/provision.ts';
import { publishStack, type StackInfo } from '../deploy/local/running-stack.ts';
import { writeScrapeTargets } from '../deploy/local/scrape-targets.ts';
import type { Report } from '../deploy/local/setup-error.ts';
import { sessionKeyOfMachine } from '../deploy/local/session-key.ts';
import { startStack } from '../deploy/local/stack.ts';
import { startWorkers } from '../deploy/local/workers.ts';
import { workerNames } from '../config/worker-names.ts';
import { seedDemo } from './seed-demo.ts';

/** All of Orkestra on this machine, ready for calls. */
export interface LocalSystem {
  info: StackInfo;
  /** Rejects when a worker can't be kept up. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

/** Where the HTTP API is, unless another port is configured or this one is taken. */
const API_PORT = 8081;
const LOGS = join('.orkestra', 'logs');
/** deploy/monitoring/prometheus/prometheus.yml names it too. */
const SCRAPE_TARGETS = join('.orkestra', 'prometheus-targets.json');

/**
 * Fetches the models, starts the servers and one process a worker, and waits until all are warm. Throws SetupError,
 * with nothing left running.
 */
export async function startLocalSystem(report: Report): Promise<LocalSystem> {
  const { api, engines, gateway, models } = loadConfig();
  report('servers: starting Temporal, Redis and Postgres, those that the environment does not name');
  // A first start downloads models while it builds a Temporal server.
  const [provisioned, started] = await Promise.allSettled([
    provision({ folder: models.folder, report, manifest: shippedManifest(optionalModels(engines)) }),
    startStack({ report }),
  ]);
  if (started.status === 'rejected') throw started.reason;
  const stack = started.value;
  const stopping: (() => unknown)[] = [stack.stop];
  const stop = async () => {
    for (let step = stopping.pop(); step; step = stopping.pop()) await step();
  };
  try {
    if (provisioned.status === 'rejected') throw provisioned.reason;
    report(`workers: starting ${workerNames.join(', ')}; their logs are in ${LOGS}`);
    const startedAt = Date.now();
    const workers = await startWorkers({
      // A call page of this machine is for whoever sits at it.
      env: { ORKESTRA_PAGE_OPEN: 'true', ...stack.env, ...sessionKeyOfMachine(report) },
      folder: LOGS,
      report,
      gatewayPort: gateway.port,
      apiPort: api.port ?? API_PORT,
    });
    stopping.push(() => workers.stop());
    writeScrapeTargets(SCRAPE_TARGETS, workers.healthUrls);
    await Promise.all([workers.ready, seedDemo(stack.env.DATABASE_URL)]);
    report(`workers: warm, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    const info: StackInfo = {
      pid: process.pid,
      env: { ...stack.env, ...workers.env },
      temporalUi: stack.temporalUi,
      gatewayUrl: workers.gatewayUrl,
      apiUrl: workers.apiUrl,
      pids: { ...stack.pids, ...workers.pids() },
    };
    stopping.push(publishStack(info));
    return { info, failed: workers.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
