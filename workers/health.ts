import type { ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { version } from '../config/package.ts';
import type { Config } from '../config/schema.ts';
import { type HttpServer, serveHttp } from './http-server.ts';

export type Status = 'starting' | 'ready' | 'draining' | 'failed';

/** Asks one part whether it works; rejects with the reason when it does not. Bounded by the caller. */
export type Check = () => Promise<string | void>;

/** What a process says of itself: it is alive, it is ready, and why not. */
export class Health {
  status: Status = 'starting';
  /** Why the status is what it is, in a sentence; of a process that is starting, the server that it waits for. */
  detail = '';
  private readonly checks = new Map<string, Check>();

  constructor(readonly role: string) {}

  /** One that only waits for a server has started: to start it anew would not bring that server back. */
  get hasStarted(): boolean {
    return this.status !== 'starting' || this.detail !== '';
  }

  add(name: string, check: Check) {
    this.checks.set(name, check);
  }

  /** Runs every check now, each within 2 s. */
  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await runCheck(check)] as const),
    );
    const checks = Object.fromEntries(entries);
    const ok = this.status === 'ready' && entries.every(([, result]) => result.ok);
    return { role: this.role, status: this.status, detail: this.detail, ok, version, checks };
  }
}

export interface HealthReport {
  role: string;
  status: Status;
  detail: string;
  ok: boolean;
  version: string;
  checks: Record<string, { ok: boolean; detail: string }>;
}

const CHECK_TIMEOUT_MS = 2_000;

async function runCheck(check: Check): Promise<{ ok: boolean; detail: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    return { ok: true, detail: (await Promise.race([check(), late])) ?? '' };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Serves `/health/live`, `/health/started` and `/health/ready`, and `/metrics` where `metrics` is given: Prometheus' text.
 * Rejects where the port can't be had.
 */
export function serveHealth(
  health: Health,
  at: { host: string; port: number },
  metrics?: () => Promise<string>,
): Promise<HttpServer> {
  const known = `/health/live, /health/started${metrics ? ', /health/ready or /metrics' : ' or /health/ready'}`;
  return serveHttp(at, (path, response) => {
    if (path === '/health/live') return json(response, 200, { role: health.role, live: true });
    if (path === '/health/started') {
      return json(response, health.hasStarted ? 200 : 503, { status: health.status });
    }
    if (path === '/health/ready') {
      return void health.report().then((report) => json(response, report.ok ? 200 : 503, report));
    }
    if (path === '/metrics' && metrics) return sendMetrics(response, metrics);
    return json(response, 404, { error: `ask for ${known}` });
  });
}

/** Serves `/metrics` alone. Rejects where the port can't be had. */
export function serveMetrics(
  at: { host: string; port: number },
  metrics: () => Promise<string>,
): Promise<HttpServer> {
  return serveHttp(at, (path, response) => {
    if (path === '/metrics') return sendMetrics(response, metrics);
    return json(response, 404, { error: 'ask for /metrics' });
  });
}

/** Serves health, and metrics beside it or, where the configuration says so, on a port of their own. Rejects likewise. */
export async function openDoors(
  config: Pick<Config, 'health' | 'metrics'>,
  health: Health,
  metrics: () => Promise<string>,
): Promise<{ healthUrl: string; metricsUrl?: string; close(): Promise<void> }> {
  const { host, port } = config.metrics;
  if (port === undefined) {
    const server = await serveHealth(health, config.health, metrics);
    return { healthUrl: server.url, close: server.close };
  }
  const server = await serveHealth(health, config.health);
  const beside = await serveMetrics({ host, port }, metrics).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  return {
    healthUrl: server.url,
    metricsUrl: beside.url,
    async close() {
      await Promise.all([server.close(), beside.close()]);
    },
  };
}

function sendMetrics(response: ServerResponse, metrics: () => Promise<string>) {
  metrics().then(
    (text) => response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text),
    (error: Error) => json(response, 500, { error: error.message }),
  );
}

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
