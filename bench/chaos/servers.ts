import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Keeper } from '../../deploy/local/keeper.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { findRedisServer } from '../../deploy/local/redis.ts';
import { onFreePorts, type Server, startServer } from '../../deploy/local/server.ts';
import { devServerArgs } from '../../deploy/local/temporal.ts';
import { findTemporal } from '../../deploy/local/temporal-program.ts';
import { Proxy } from './proxy.ts';

export type ServerName = 'temporal' | 'redis' | 'postgres';

/** One of the servers that the platform needs: on a port that stays, reached by the workers through a proxy. */
export interface ChaosServer {
  /** Where workers look for it. */
  proxy: Proxy;
  /** Its own port, for the harness. */
  port: number;
  pid(): number;
  /** `kill -9`. */
  kill(): void;
  /** Starts it again, on the same port, with what it kept on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type Servers = Record<ServerName, ChaosServer>;

/**
 * Temporal keeps its database in a file, in memory where there is a place for that: the dev server waits for the disk
 * with each of its steps, and calls would stand still with it. Redis keeps nothing, as in the deployments; Postgres is the embedded
 * one.
 */
export async function startServers(keeper: Keeper, report: (line: string) => void): Promise<Servers> {
  const temporal = await findTemporal(report);
  const redis = await findRedisServer(report);
  const postgres = await startPostgres(keeper, report);
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : keeper.folder, 'orkestra-chaos-'));
  const database = `--db-filename=${join(memory, 'temporal.db')}`;
  const quiet = () => undefined;
  return {
    temporal: await onAnyPort((port) => {
      const args = [...devServerArgs(port, undefined), database];
      const launch = () =>
        startServer(
          keeper,
          { name: 'temporal', command: temporal, args, givesWay: true },
          () => temporalAnswers(port),
          quiet,
        );
      return restartable(port, launch, () => rmSync(memory, { recursive: true }));
    }),
    redis: await onAnyPort((port) => {
      const args = [...redisArgs, '--port', String(port)];
      const launch = () =>
        startServer(keeper, { name: 'redis', command: redis, args }, () => redisAnswers(port), quiet);
      return restartable(port, launch);
    }),
    postgres: await restartable(Number(new URL(postgres.url).port), () => Promise.resolve(postgres)),
  };
}

const onAnyPort = (start: (port: number) => Promise<ChaosServer>) =>
  onFreePorts(async () => start(await freePort()));

const redisArgs = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'];

async function restartable(
  port: number,
  launch: () => Promise<Server>,
  afterwards: () => void = () => undefined,
): Promise<ChaosServer> {
  let server = await launch();
  const proxy = await Proxy.open(port);
  return {
    proxy,
    port,
    pid: () => server.pid!,
    kill: () => process.kill(server.pid!, 'SIGKILL'),
    async start() {
      server = await launch();
    },
    async stop() {
      await proxy.close();
      await server.stop();
      afterwards();
    },
  };
}

async function temporalAnswers(port: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 1_000 });
    try {
      await connection.withDeadline(Date.now() + 1_000, () =>
        connection.workflowService.describeNamespace({ namespace: 'default' }),
      );
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function redisAnswers(port: number): Promise<boolean> {
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

/** The harness' own door to Postgres: around the proxy. */
export const openPostgres = (port: number) =>
  new pg.Pool({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, max: 2 });
