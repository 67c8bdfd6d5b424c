import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, isRunning } from '../local/keeper.ts';

const READY_WITHIN_MS = 180_000;
const STOP_WITHIN_MS = 40_000;

/** A process of Orkestra, started as a deployment would. */
export interface Role {
  pid: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** Resolves when its health check passes; rejects when it ends before, or takes longer than 3 minutes. */
  ready(): Promise<void>;
  /** Resolves to its exit code, null where a signal ended it. */
  ended: Promise<number | null>;
  /** Asks it to drain and waits for its end; kills it after 40 s. */
  stop(): Promise<number | null>;
}

export function startRole(
  [command, ...args]: readonly [string, ...string[]],
  { env, isHealthy }: { env: NodeJS.ProcessEnv; isHealthy: () => Promise<boolean> },
): Role {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-65_536);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    pid: child.pid!,
    output: () => output,
    ended,
    async ready() {
      for (const deadline = Date.now() + READY_WITHIN_MS; !(await isHealthy()); await sleep(250)) {
        if (!isRunning(child)) throw new Error(`it ended before it was ready:\n${output}`);
        if (Date.now() > deadline)
          throw new Error(`it was not ready within ${READY_WITHIN_MS / 1_000} s:\n${output}`);
      }
    },
    async stop() {
      await endProcess(child, STOP_WITHIN_MS);
      return ended;
    },
  };
}

/** Whether `GET url` answers 200 within 3 s. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

/** Whether something on this machine listens at a port. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
