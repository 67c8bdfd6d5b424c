import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../config/package.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { Keeper } from '../../deploy/local/keeper.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { everybodyLetIn } from '../platform.ts';
import type { Mood, EngineKind } from './engines/mood.ts';
import { Proxy } from './proxy.ts';
import { WorkerProcess } from './process.ts';
import { SmallDisk } from './small-disk.ts';
import { type ChaosServer, type Servers, startServers } from './servers.ts';

/** Prefix of the task queues, and what Temporal calls the deployment of versioned workers. */
export const deploymentName = 'chaos';

/** What the faults of a run work with, beside processes. */
interface Needs {
  /** Recordings on a disk that can be filled. */
  disk?: boolean;
  /** Proxies before the servers and the gateways. */
  proxies?: boolean;
}

/** All of Orkestra for a chaos run: servers, and so many processes of each kind. */
export class Platform {
  readonly keeper = new Keeper();
  readonly recordings = join(this.keeper.folder, 'recordings');
  /** Holds the recordings. */
  readonly disk = new SmallDisk(this.recordings);
  private readonly moods = join(this.keeper.folder, 'moods.json');
  private readonly clock = join(this.keeper.folder, 'clock');
  servers!: Servers;
  workers: WorkerProcess[] = [];
  /** Of each gateway, with the proxy before it. */
  private readonly doors = new Map<WorkerProcess, { port: number; proxy?: Proxy }>();
  private readonly retiring: Promise<void>[] = [];
  /** Deaths that nobody ordered: `kind: how`. */
  readonly deaths: string[] = [];
  private env: Record<string, string> = {};
  private started = 0;

  private constructor(
    private readonly report: (line: string) => void,
    private readonly proxies: boolean,
  ) {}

  /** Resolves when every process is ready. */
  static async start(copies: number, report: (line: string) => void, needs: Needs = {}): Promise<Platform> {
    const platform = new Platform(report, needs.proxies ?? false);
    try {
      await platform.open(copies, needs.disk ?? false);
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** Before each gateway that takes callers. */
  get gatewayProxies(): Proxy[] {
    return this.of('gateway').flatMap((gateway) => this.doors.get(gateway)!.proxy ?? []);
  }

  /** Twilio sockets of the gateways. */
  get gateways(): string[] {
    return this.of('gateway').map((gateway) => {
      const { port, proxy } = this.doors.get(gateway)!;
      return `ws://127.0.0.1:${proxy?.port ?? port}/twilio`;
    });
  }

  of = (role: WorkerName) => this.workers.filter((worker) => worker.role === role);

  /** For the harness' own connections, around the proxies. */
  get temporalAddress(): string {
    return `127.0.0.1:${this.servers.temporal.port}`;
  }

  /** Of the kind's engines, for so long; they notice within a moment. */
  setMood(kind: EngineKind, mood: Mood, ms: number) {
    writeFileSync(this.moods, JSON.stringify({ [kind]: { until: Date.now() + ms, mood } }));
  }

  /** Moves the wall clock of every worker. */
  setClock(shiftMs: number) {
    writeFileSync(this.clock, String(shiftMs));
  }

  /** A process that will stand beside the others of its role once it is started. */
  newWorker(role: WorkerName, more: Record<string, string> = {}): WorkerProcess {
    const number = (this.started += 1);
    const worker = new WorkerProcess({
      keeper: this.keeper,
      role,
      name: `${role}-${number}`,
      env: { ...this.env, ...more },
      folder: this.keeper.folder,
      onDeath: (how) => {
        this.deaths.push(`${role}: ${how}`);
        this.report(`${role}-${number} died by itself (${how}); its log is in ${this.keeper.folder}`);
      },
    });
    this.workers.push(worker);
    return worker;
  }

  /** A gateway on a port of its own. */
  async newGateway(): Promise<WorkerProcess> {
    const port = await freePort();
    const proxy = this.proxies ? await Proxy.open(port) : undefined;
    const gateway = this.newWorker('gateway', { ORKESTRA_GATEWAY_PORT: String(port) });
    this.doors.set(gateway, { port, proxy });
    return gateway;
  }

  /** Asks a worker to end; it counts no longer. `retired` resolves when all such have ended. */
  retire(worker: WorkerProcess) {
    this.workers = this.workers.filter((each) => each !== worker);
    const stopped = worker.stop().then(() => this.doors.get(worker)?.proxy?.close());
    this.retiring.push(stopped);
  }

  async retired() {
    await Promise.all(this.retiring);
  }

  async stop() {
    await Promise.all([...this.workers.map((worker) => worker.stop()), this.retired()]);
    for (const { proxy } of this.doors.values()) await proxy?.close();
    for (const server of Object.values(this.servers ?? {}).toReversed()) await server.stop();
    this.disk.close();
    this.keeper.close();
  }

  private async open(copies: number, disk: boolean) {
    if (disk) this.disk.open();
    this.servers = await startServers(this.keeper, this.report);
    const { temporal, redis, postgres } = this.servers;
    const preload = pathToFileURL(join(packageRoot, 'dist', 'bench', 'chaos', 'engines', 'preload.js'));
    const portOf = ({ port, proxy }: ChaosServer) => (this.proxies ? proxy.port : port);
    this.env = {
      TEMPORAL_ADDRESS: `127.0.0.1:${portOf(temporal)}`,
      REDIS_URL: `redis://127.0.0.1:${portOf(redis)}`,
      DATABASE_URL: `postgres://postgres@127.0.0.1:${portOf(postgres)}/postgres`,
      ORKESTRA_TASK_QUEUE_PREFIX: deploymentName,
      ORKESTRA_STT: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
      ORKESTRA_LOG_LEVEL: 'warn',
      ORKESTRA_GATEWAY_HOST: '127.0.0.1',
      // Only where workers are replaced: then callers who are left are asked to connect again.
      ORKESTRA_GATEWAY_DRAIN_MS: '15000',
      // Callers of chaos have no tokens.
      ORKESTRA_GATEWAY_OPEN: 'true',
      ...everybodyLetIn,
      ORKESTRA_RECORDINGS: this.recordings,
      NODE_OPTIONS: `--import=${preload.href}`,
      ORKESTRA_CHAOS: this.moods,
      ORKESTRA_CHAOS_CLOCK: this.clock,
    };
    for (let copy = 0; copy < copies; copy++) {
      for (const role of workerNames) {
        if (role === 'gateway') await this.newGateway();
        else this.newWorker(role);
      }
    }
    await Promise.all(this.workers.map((worker) => worker.start()));
  }
}
