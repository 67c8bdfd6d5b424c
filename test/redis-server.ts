import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../deploy/local/ports.ts';

/** A Redis of a test's own, which it may stop, empty and start again. */
export class RedisServer {
  private process: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'orkestra-redis-'));

  private constructor(
    readonly port: number,
    private readonly cluster: boolean,
  ) {}

  static async start(options: { cluster?: boolean } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options.cluster ?? false);
    await server.start();
    if (options.cluster) await server.admin(takeAllSlots);
    return server;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again on the same port, empty. */
  async start() {
    const cluster = this.cluster
      ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--dir', this.folder]
      : [];
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.process = spawn('redis-server', [...args, ...cluster], { stdio: 'ignore' });
    await this.admin((redis) => redis.ping());
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    const { process } = this;
    if (!process) return;
    const exited = once(process, 'exit');
    process.kill('SIGKILL');
    await exited;
    this.process = undefined;
  }

  async remove() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async admin<T>(act: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.port, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    try {
      return await act(redis);
    } finally {
      redis.disconnect();
    }
  }
}

/** Makes a cluster of this one node; it takes Redis a moment to say that the cluster is whole. */
async function takeAllSlots(redis: Redis) {
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
