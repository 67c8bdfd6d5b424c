import { mkdirSync } from 'node:fs';
import { Keeper } from './keeper.ts';
import type { Report } from './setup-error.ts';
import { Worker } from './worker-process.ts';

export interface SupervisorOptions {
  names: readonly string[];
  /** Program and arguments that run a worker. */
  command(name: string): readonly [string, ...string[]];
  /** Environment of every worker, beside that of this process. */
  env: Record<string, string>;
  /** For the workers' logs, `<name>.log` each. */
  folder: string;
  report: Report;
}

export interface Supervisor {
  /** Resolves when every worker has said that it is ready. Rejects like `failed`. */
  ready: Promise<void>;
  /** Rejects with a SetupError when a worker can't be brought up; the others run on until `stop`. */
  failed: Promise<never>;
  /** Of the workers that run now, by name. */
  pids(): Record<string, number>;
  /** Base URLs of the workers' health servers, by name. */
  healthUrls: Record<string, string>;
  /** Ends all workers, after they have finished what they may within 15 s. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 15_000;

/**
 * Runs one process a worker, as long as this process lives, and restarts those that die. Each gets a port for its
 * health server, which is asked whether the worker is ready.
 */
export async function superviseWorkers(options: SupervisorOptions): Promise<Supervisor> {
  mkdirSync(options.folder, { recursive: true });
  const keeper = new Keeper();
  const workers: Worker[] = [];
  const failed = new Promise<never>((_, reject) => {
    workers.push(...options.names.map((name) => new Worker(name, options, keeper, reject)));
  });
  for (const worker of workers) await worker.start();
  const allReady = Promise.all(workers.map((worker) => worker.ready)).then(() => undefined);
  const ready = Promise.race([failed, allReady]);
  // Both are for those who ask; nobody has to.
  failed.catch(() => undefined);
  ready.catch(() => undefined);
  return {
    ready,
    failed,
    pids: () => Object.fromEntries(workers.flatMap(({ name, pid }) => (pid ? [[name, pid]] : []))),
    healthUrls: Object.fromEntries(workers.map(({ name, healthUrl }) => [name, healthUrl])),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop(STOP_GRACE_MS)));
      keeper.close();
    },
  };
}
