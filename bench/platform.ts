import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../config/package.ts';
import { startStack } from '../deploy/local/stack.ts';
import { startWorkers } from '../deploy/local/workers.ts';
import { workerNames } from '../config/worker-names.ts';

/** All of Orkestra on this machine, one process a worker, with engines that cost nothing. */
export interface Platform {
  /** Of the gateway's Twilio socket. */
  twilioUrl: string;
  redisUrl: string;
  databaseUrl: string;
  /** How every process finds the servers. */
  env: Record<string, string>;
  /** Base URLs of the workers' health servers, which tell metrics too, by name. */
  healthUrls: Record<string, string>;
  /** Ids of every process that counts, by name: the workers, Temporal, Redis, Postgres. */
  processes(): Record<string, number>;
  /** Of the workers' logs, `<name>.log` each. */
  folder: string;
  stop(): Promise<void>;
}

/** Every caller is let in: for measuring what happens beyond what can be served well. */
export const everybodyLetIn = { ORKESTRA_GATEWAY_CALLERS: '100000', ORKESTRA_GATEWAY_SLOW_MS: '60000' };

export const report = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Starts it, with real Silero VAD (its stop is part of what a caller waits for) and scripted engines for the rest.
 * `unarmed` puts the workflow without arming ahead in the orchestrator's place; `engines` (their variables) puts others
 * in place of the scripted ones; `door` is told where Postgres is and says where the workers shall find it. Rejects
 * with nothing left running.
 */
export async function startPlatform({
  unarmed = false,
  engines: chosen = {},
  door = async (databaseUrl) => databaseUrl,
}: {
  unarmed?: boolean;
  engines?: Record<string, string>;
  door?: (databaseUrl: string) => Promise<string>;
} = {}): Promise<Platform> {
  const stack = await startStack({ report, fresh: true });
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-bench-'));
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), stack.stop];
  const stop = async () => {
    for (let step = stopping.pop(); step; step = stopping.pop()) await step();
  };
  const engines = {
    ORKESTRA_STT: 'scripted',
    ORKESTRA_LLM: 'scripted',
    ORKESTRA_TTS: 'scripted',
    ORKESTRA_EMBEDDING: 'scripted',
    ORKESTRA_LOG_LEVEL: 'warn',
    // Callers of benchmarks have no tokens.
    ORKESTRA_GATEWAY_OPEN: 'true',
    ...chosen,
  };
  try {
    const workers = await startWorkers({
      env: { ...stack.env, DATABASE_URL: await door(stack.env.DATABASE_URL), ...engines },
      names: workerNames.filter((name) => !(unarmed && name === 'orchestrator')),
      folder,
      report,
    });
    stopping.push(() => workers.stop());
    await workers.ready;
    const orchestrator = unarmed ? await startUnarmed(workers.env) : undefined;
    if (orchestrator) stopping.push(() => orchestrator.kill('SIGTERM'));
    return {
      twilioUrl: `${workers.gatewayUrl}/twilio`,
      redisUrl: stack.env.REDIS_URL,
      databaseUrl: stack.env.DATABASE_URL,
      env: workers.env,
      healthUrls: workers.healthUrls,
      folder,
      processes: () => ({
        ...workers.pids(),
        ...(orchestrator?.pid ? { orchestrator: orchestrator.pid } : {}),
        ...stack.pids,
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when it is ready; rejects when it ends before. */
async function startUnarmed(env: Record<string, string>): Promise<ChildProcess> {
  const program = join(packageRoot, 'dist', 'bench', 'unarmed', 'orchestrator.js');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the unarmed orchestrator ended with ${signal ?? `code ${code}`}`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), ended]);
  return child;
}
