import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { loadConfig } from '../../config/load.ts';
import { redisTls } from '../../config/redis-tls.ts';
import { cacheFolder } from '../../config/schema.ts';
import type { Keeper } from './keeper.ts';
import { freePort } from './ports.ts';
import { isExecutable, onPath } from './program.ts';
import { runCommand } from './run-command.ts';
import { notOurs, onFreePorts, startServer, type Server } from './server.ts';
import { SetupError, type Report } from './setup-error.ts';

/** Sharded pub/sub came with 7.0. */
const OLDEST_MAJOR = 7;
const CONNECT_TIMEOUT_MS = 5_000;
const INSTALL_STUCK_AFTER_MS = 180_000;

/** The Redis at REDIS_URL where that is set, else one of our own, in memory. Throws SetupError. */
export async function startRedis(keeper: Keeper, report: Report): Promise<Server & { url: string }> {
  const given = process.env.REDIS_URL;
  if (given) {
    await checkRedis(given);
    return { ...notOurs, url: given };
  }
  const command = await findRedisServer(report);
  return onFreePorts(async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
    const server = await startServer(
      keeper,
      { name: 'redis', command, args: [...args, '--loglevel', 'warning'] },
      () => majorVersion(url).then(Boolean, () => false),
      report,
    );
    return { ...server, url };
  });
}

async function checkRedis(url: string): Promise<void> {
  const { host } = new URL(url);
  const major = await majorVersion(url).catch((error: Error) => {
    throw new SetupError(
      `Redis does not answer at REDIS_URL (${host}): ${error.message}. ` +
        'Start it, correct the variable, or unset it to use one of our own.',
    );
  });
  if (major < OLDEST_MAJOR) {
    throw new SetupError(
      `The Redis at REDIS_URL (${host}) is ${major}.x; ${OLDEST_MAJOR}.0 or newer is needed.`,
    );
  }
}

async function majorVersion(url: string): Promise<number> {
  const tls = redisTls({ ...loadConfig().redis, url });
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    ...(tls && { tls }),
  });
  // The reason why a connection failed is told by this event only.
  let reason: Error | undefined;
  redis.on('error', (error) => (reason ??= error));
  try {
    await redis.connect();
    const info = await redis.info('server');
    return Number(/redis_version:(\d+)\./.exec(info)?.[1]);
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

/** `redis-server` on PATH or in the cache, else from the system's packages. */
export async function findRedisServer(report: Report): Promise<string> {
  const link = join(cacheFolder(), 'bin', 'redis-server');
  const found = onPath('redis-server') ?? (isExecutable(link) ? link : undefined);
  if (found) {
    const { output } = await runCommand(found, ['--version'], { stuckAfterMs: 10_000 });
    const major = Number(/v=(\d+)\./.exec(output)?.[1]);
    if (major >= OLDEST_MAJOR) return found;
    throw new SetupError(
      `${found} is Redis ${major || 'of an unknown version'}; ${OLDEST_MAJOR}.0 or newer is needed: ` +
        'update it, or set REDIS_URL to another one.',
    );
  }
  if (process.getuid?.() === 0 && onPath('apt-get')) return installWithApt(link, report);
  throw new SetupError(
    'Redis 7.0 or newer is needed, and is not there: install redis-server ' +
      '(`sudo apt-get install redis-server`, `brew install redis`), or set REDIS_URL to a running one.',
  );
}

/**
 * Debian and Ubuntu put the server's program into redis-tools, where it goes by the name redis-check-rdb; the
 * package redis-server adds a link to it and a system service, which nobody asked for.
 */
const PROGRAM = '/usr/bin/redis-check-rdb';

async function installWithApt(link: string, report: Report): Promise<string> {
  report('redis: installing the package redis-tools');
  const started = Date.now();
  const apt = (...args: string[]) =>
    runCommand('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stuckAfterMs: INSTALL_STUCK_AFTER_MS,
      alive: (written) => written,
    });
  const install = () => apt('install', '-y', '--no-install-recommends', 'redis-tools');
  let result = await install();
  if (result.code !== 0) {
    // The lists of packages are often missing in images, or old.
    await apt('update');
    result = await install();
  }
  if (result.code !== 0 || !existsSync(PROGRAM)) {
    throw new SetupError(
      `Redis could not be installed (apt-get: ${result.output.split('\n').at(-1)}): install redis-server 7.0 or ` +
        'newer, or set REDIS_URL to a running one.',
    );
  }
  mkdirSync(join(link, '..'), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(PROGRAM, link);
  report(`redis: installed, ${((Date.now() - started) / 1_000).toFixed(1)} s`);
  return findRedisServer(report);
}
