import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { freePort } from './ports.ts';
import type { Report } from './setup-error.ts';
import { type Supervisor, superviseWorkers } from './supervisor.ts';

/** Of V8's heap for new objects, MB; its own choice is 16. A gateway makes too many of them (decision 0034). */
const SMALL_NURSERY = ['--max-semi-space-size=2'];

export interface LocalWorkers extends Supervisor {
  /** `ws://host:port` of the gateway. */
  gatewayUrl: string;
  /** Of the orchestrator's HTTP API. */
  apiUrl: string;
  /** Variables that the workers were given, beside those of this process. */
  env: Record<string, string>;
}

/**
 * Runs one process a worker on this machine, as the compiled program does, and keeps it running; `ready` says when
 * all are warm. The gateway and the HTTP API get their preferred ports if those are free.
 */
export async function startWorkers(options: {
  env: Record<string, string>;
  /** For the workers' logs. */
  folder: string;
  report: Report;
  names?: readonly WorkerName[];
  gatewayPort?: number;
  apiPort?: number;
}): Promise<LocalWorkers> {
  const { folder, report, names = workerNames } = options;
  // Open to this machine alone, unless its owner says otherwise.
  const host = process.env.ORKESTRA_GATEWAY_HOST ?? '127.0.0.1';
  const port = await freePort(options.gatewayPort);
  const apiPort = await freePort(options.apiPort);
  const env = {
    ORKESTRA_GATEWAY_HOST: host,
    ORKESTRA_GATEWAY_PORT: String(port),
    ORKESTRA_API_PORT: String(apiPort),
    ...options.env,
  };
  const program = join(packageRoot, 'dist', 'cli', 'main.js');
  const command = (name: string) =>
    [process.execPath, ...(name === 'gateway' ? [] : SMALL_NURSERY), program, 'worker', name] as const;
  const supervisor = await superviseWorkers({ names, command, env, folder, report });
  const apiUrl = `http://127.0.0.1:${env.ORKESTRA_API_PORT}`;
  return { ...supervisor, gatewayUrl: `ws://${host}:${port}`, apiUrl, env };
}
