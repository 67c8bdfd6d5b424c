import { loadConfig } from '../../config/load.ts';
import { Keeper } from './keeper.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { readRunningStack } from './running-stack.ts';
import type { Server } from './server.ts';
import { SetupError, type Report } from './setup-error.ts';
import { startTemporal } from './temporal.ts';

export interface StackOptions {
  report: Report;
  /** For tests: servers of its own, whatever runs on this machine, except those that variables name. */
  fresh?: boolean;
}

/** The servers that Orkestra needs. */
export interface Stack {
  /** Variables that lead Orkestra's programs to the servers. */
  env: { TEMPORAL_ADDRESS: string; REDIS_URL: string; DATABASE_URL: string; ORKESTRA_MODELS: string };
  /** Base URL of Temporal's Web UI, where it is known. */
  temporalUi: string | undefined;
  /** Of the servers that were started here, by name. */
  pids: Record<string, number>;
  stop(): Promise<void>;
}

/**
 * Brings up Temporal, Redis and Postgres, each only where none is named by TEMPORAL_ADDRESS, REDIS_URL,
 * DATABASE_URL. Resolves when all answer. What it starts ends with this process, however that ends. Throws
 * SetupError, with nothing left running.
 */
export async function startStack({ report, fresh = false }: StackOptions): Promise<Stack> {
  const running = fresh ? undefined : readRunningStack();
  if (running) {
    throw new SetupError(
      `Orkestra runs already (process ${running.pid}, gateway ${running.gatewayUrl}): stop it first, or set ` +
        'ORKESTRA_CACHE to another folder for a second one.',
    );
  }
  const keeper = new Keeper();
  const started = Date.now();
  const results = await Promise.allSettled([
    startTemporal(keeper, fresh, report),
    startRedis(keeper, report),
    startPostgres(keeper, report),
  ]);
  const stop = async () => {
    const servers = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
    for (const server of servers.toReversed()) await server?.stop();
    keeper.close();
  };
  const [temporal, redis, postgres] = results;
  if (temporal.status === 'rejected' || redis.status === 'rejected' || postgres.status === 'rejected') {
    await stop();
    throw results.find((result) => result.status === 'rejected')!.reason;
  }
  report(`servers: Temporal, Redis and Postgres answer, ${((Date.now() - started) / 1_000).toFixed(1)} s`);
  return {
    env: {
      TEMPORAL_ADDRESS: temporal.value.address,
      REDIS_URL: redis.value.url,
      DATABASE_URL: postgres.value.url,
      ORKESTRA_MODELS: loadConfig().models.folder,
    },
    temporalUi: temporal.value.ui,
    pids: pidsOf({ temporal: temporal.value, redis: redis.value, postgres: postgres.value }),
    stop,
  };
}

const pidsOf = (servers: Record<string, Server>) =>
  Object.fromEntries(
    Object.entries(servers).flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid]])),
  );
