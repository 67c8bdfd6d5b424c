import { spawn } from 'node:child_process';
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
 * in place of the scripted ones; `door` is told where Postgres is and says where the workers shall find it.
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
  const workers = await startWorkers({
    env: { ...stack.env, DATABASE_URL: await door(stack.env.DATABASE_URL), ...engines },
    names: workerNames.filter((name) => !(unarmed && name === 'orchestrator')),
    folder,
    report,
  });
  await workers.ready;
  const orchestrator = unarmed ? await startUnarmed(workers.env) : undefined;
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
    async stop() {
      orchestrator?.kill('SIGTERM');
      await workers.stop();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startUnarmed(env: Record<string, string>) {
  const program = join(packageRoot, 'dist', 'bench', 'unarmed', 'orchestrator.js');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}
