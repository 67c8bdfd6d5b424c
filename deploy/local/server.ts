import type { ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, isRunning, tailOf, type Keeper } from './keeper.ts';
import { SetupError, type Report } from './setup-error.ts';

/** A server of the stack: one that was started here, or one that was there before. */
export interface Server {
  /** Of its process, where it was started here. */
  pid?: number;
  stop(): Promise<void>;
}

/** What a server that was there before needs for a stop. */
export const notOurs: Server = { stop: () => Promise.resolve() };

const START_TIMEOUT_MS = 60_000;
const PROBE_EVERY_MS = 50;
const STOP_GRACE_MS = 5_000;

export interface Launch {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Others take precedence where cores are scarce. */
  givesWay?: boolean;
}

/**
 * Starts a server that the keeper keeps, and waits until `ready` says that it answers. Throws SetupError, with what
 * the server wrote last, when it ends before or does not answer within a minute.
 */
export async function startServer(
  keeper: Keeper,
  { name, command, args, env, givesWay }: Launch,
  ready: () => Promise<boolean>,
  report: Report,
): Promise<Server> {
  const log = join(keeper.folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = keeper.start(command, args, {
    cwd: keeper.folder,
    env,
    givesWay,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await ready())) {
    const ended = failure?.message ?? (isRunning(child) ? undefined : `it ended with ${exitOf(child)}`);
    const reason = ended ?? (Date.now() > deadline ? 'it did not answer within a minute' : undefined);
    if (reason) {
      await endProcess(child, 0);
      throw new SetupError(`${name} could not be started: ${reason}\n${tailOf(log)}`.trimEnd());
    }
    await sleep(PROBE_EVERY_MS);
  }

  let stopping = false;
  child.once('exit', () => {
    if (!stopping) report(`${name} ended by itself with ${exitOf(child)}\n${tailOf(log)}`.trimEnd());
  });
  return {
    pid: child.pid,
    stop() {
      stopping = true;
      return endProcess(child, STOP_GRACE_MS);
    },
  };
}

/** Tries again, twice at most, where another program took a port between its choice and its use. */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !/address already in use/i.test((error as Error).message)) throw error;
    }
  }
}

const exitOf = (child: ChildProcess) =>
  child.signalCode ? `signal ${child.signalCode}` : `code ${child.exitCode}`;
