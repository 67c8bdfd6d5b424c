import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../config/package.ts';
import type { WorkerName } from '../../config/worker-names.ts';
import { endProcess, isRunning, type Keeper } from '../../deploy/local/keeper.ts';
import { givesWay } from '../../deploy/local/precedence.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { SetupError } from '../../deploy/local/setup-error.ts';

const PROBE_EVERY_MS = 50;
/** Two of each kind start at once, on a busy machine for long. */
const READY_WITHIN_MS = 180_000;
/** After a death the next process is started this much later, ms, as a supervisor would at the first death. */
export const RESTART_MS = 200;
const STOP_GRACE_MS = 35_000;

export interface ProcessOptions {
  keeper: Keeper;
  role: WorkerName;
  /** Tells it from others of its role, and names its log. */
  name: string;
  env: Record<string, string>;
  /** For its log. */
  folder: string;
  /** Told of deaths that nobody ordered. */
  onDeath(how: string): void;
}

/** A worker process, and the next one when it dies. */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private healthUrl = '';
  private stopping = false;
  private ordered = false;
  ready = false;

  constructor(readonly options: ProcessOptions) {}

  get role() {
    return this.options.role;
  }

  get pid(): number | undefined {
    return this.child && isRunning(this.child) ? this.child.pid : undefined;
  }

  /** Starts it, and resolves when it is ready. */
  async start() {
    await this.spawn();
    await this.untilReady();
  }

  /** `kill -9`. The next process is started as a supervisor would. */
  kill() {
    this.ordered = true;
    this.ready = false;
    if (this.child) process.kill(this.child.pid!, 'SIGKILL');
  }

  async untilReady() {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!this.ready) {
      if (this.stopping) return;
      if (Date.now() > deadline)
        throw new SetupError(`${this.options.name} was not ready within ${READY_WITHIN_MS / 1_000} s`);
      await sleep(PROBE_EVERY_MS);
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop() {
    this.stopping = true;
    this.ready = false;
    if (this.child) await endProcess(this.child, STOP_GRACE_MS);
  }

  private async spawn() {
    const { keeper, role, name, env, folder } = this.options;
    const port = await freePort();
    this.healthUrl = `http://127.0.0.1:${port}`;
    const output = openSync(join(folder, `${name}.log`), 'a');
    const program = join(packageRoot, 'dist', 'cli', 'main.js');
    const child = keeper.start(process.execPath, [program, 'worker', role], {
      env: {
        ...process.env,
        ...env,
        ORKESTRA_HEALTH_HOST: '127.0.0.1',
        ORKESTRA_HEALTH_PORT: String(port),
        ORKESTRA_METRICS_PORT: '',
      },
      givesWay: givesWay(role),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.child = child;
    void this.watch(child);
    void once(child, 'exit').then(([code, signal]) => this.onExit(child, String(signal ?? code)));
  }

  private async onExit(child: ChildProcess, how: string) {
    if (this.child !== child || this.stopping) return;
    this.ready = false;
    if (!this.ordered) this.options.onDeath(how);
    this.ordered = false;
    await sleep(RESTART_MS);
    if (!this.stopping) await this.spawn();
  }

  private async watch(child: ChildProcess) {
    while (isRunning(child) && !this.stopping) {
      const signal = AbortSignal.timeout(2_000);
      const response = await fetch(`${this.healthUrl}/health/ready`, { signal }).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.status === 200 && isRunning(child) && this.child === child) {
        this.ready = true;
        return;
      }
      await sleep(PROBE_EVERY_MS);
    }
  }
}
