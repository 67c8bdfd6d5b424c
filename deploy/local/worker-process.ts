import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, isRunning, tailOf, type Keeper } from './keeper.ts';
import { freePort } from './ports.ts';
import { givesWay } from './precedence.ts';
import { SetupError } from './setup-error.ts';
import type { SupervisorOptions } from './supervisor.ts';

const BACKOFF_FIRST_MS = 200;
const BACKOFF_LAST_MS = 5_000;
/** A worker that has run for so long has recovered: its next restart is quick again. */
const RECOVERED_AFTER_MS = 30_000;

const PROBE_EVERY_MS = 100;
const PROBE_TIMEOUT_MS = 5_000;
/** Models take some seconds to load, on a busy machine many. */
const READY_TIMEOUT_MS = 180_000;

/** Exit code of a worker that can't use its configuration: a restart ends the same way. */
const BAD_CONFIGURATION = 2;
const BAD_CONFIGURATIONS = 3;
/** How often a worker may die before it was ready for the first time. */
const FALSE_STARTS = 5;

/** One worker: its process, and the next one when that dies. */
export class Worker {
  readonly ready: Promise<void>;
  healthUrl = '';
  private settleReady!: () => void;
  private wasReady = false;
  private child?: ChildProcess;
  private readonly stopping = new AbortController();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly options: SupervisorOptions,
    private readonly keeper: Keeper,
    private readonly fail: (reason: Error) => void,
  ) {
    this.ready = new Promise((resolve) => (this.settleReady = resolve));
  }

  get pid(): number | undefined {
    return this.child && isRunning(this.child) ? this.child.pid : undefined;
  }

  async start() {
    await this.choosePort();
    this.finished = this.run().catch(this.fail);
  }

  async stop(graceMs: number) {
    this.stopping.abort();
    if (this.child) await endProcess(this.child, graceMs);
    await this.finished;
  }

  private async run() {
    const firstStart = Date.now();
    let deaths = 0;
    let badConfigurations = 0;
    while (!this.stopping.signal.aborted) {
      const started = Date.now();
      const child = this.spawn(deaths === 0 ? 'w' : 'a');
      const exit = exitOf(child);
      void this.awaitReadiness(child, firstStart + READY_TIMEOUT_MS);
      const { code, how } = await exit;
      if (this.stopping.signal.aborted) return;

      deaths = Date.now() - started > RECOVERED_AFTER_MS ? 1 : deaths + 1;
      badConfigurations = code === BAD_CONFIGURATION ? badConfigurations + 1 : 0;
      const hopeless =
        badConfigurations === BAD_CONFIGURATIONS || (!this.wasReady && deaths === FALSE_STARTS);
      if (hopeless) return this.giveUp(`it ended with ${how}, ${deaths} times`);

      // Another program may have got the port in between; once it is known, it stays.
      if (!this.wasReady) await this.choosePort();
      const pause = Math.min(BACKOFF_FIRST_MS * 2 ** (deaths - 1), BACKOFF_LAST_MS);
      this.options.report(`worker ${this.name} ended with ${how}: starting it again in ${pause} ms`);
      await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async choosePort() {
    this.healthUrl = `http://127.0.0.1:${await freePort()}`;
  }

  private get log() {
    return join(this.options.folder, `${this.name}.log`);
  }

  private spawn(flags: 'w' | 'a'): ChildProcess {
    const [command, ...args] = this.options.command(this.name);
    const output = openSync(this.log, flags);
    this.child = this.keeper.start(command, args, {
      env: {
        ...process.env,
        ...this.options.env,
        ORKESTRA_HEALTH_HOST: '127.0.0.1',
        ORKESTRA_HEALTH_PORT: new URL(this.healthUrl).port,
        // One for all of them would be taken by the first.
        ORKESTRA_METRICS_PORT: '',
      },
      givesWay: givesWay(this.name),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    return this.child;
  }

  private async awaitReadiness(child: ChildProcess, deadline: number) {
    while (isRunning(child) && !this.stopping.signal.aborted) {
      if (await this.isReady()) {
        if (this.wasReady) this.options.report(`worker ${this.name} is ready again`);
        this.wasReady = true;
        return this.settleReady();
      }
      if (!this.wasReady && Date.now() > deadline) {
        return this.giveUp(`it was not ready within ${READY_TIMEOUT_MS / 1_000} s`);
      }
      await sleep(PROBE_EVERY_MS);
    }
  }

  private async isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(`${this.healthUrl}/health/ready`, { signal }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status === 200;
  }

  private giveUp(reason: string) {
    this.fail(
      new SetupError(`worker ${this.name} could not be started: ${reason}\n${tailOf(this.log)}`.trimEnd()),
    );
  }
}

/** Resolves when a process has ended, or could not be started at all. */
function exitOf(child: ChildProcess): Promise<{ code: number | null; how: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: error.message }));
    child.once('exit', (code, signal) =>
      resolve({ code, how: signal ? `signal ${signal}` : `code ${code}` }),
    );
  });
}
