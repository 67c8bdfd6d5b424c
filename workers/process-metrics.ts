import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { shortBuckets } from '../config/buckets.ts';
import { version } from '../config/package.ts';
import type { StreamName } from '../stream/keys.ts';
import type { Health } from './health.ts';

/** How often the event loop’s delay is taken, ms: each time wakes a process at rest. */
const DELAY_EVERY_MS = 250;
/** What the client's own `nodejs_eventloop_lag_…` are taken by, ms: its 10 ms would be most of what a process at rest does. */
const LAG_EVERY_MS = 1_000;

/** What every process tells of itself: see docs/metrics.md. */
export function processMetrics(health: Health): Registry {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ role: health.role });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_EVERY_MS });
  new Gauge({
    name: 'orkestra_build_info',
    help: '1; the versions are in the labels',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  let asking: Promise<void> | undefined;
  const ask = () => (asking ??= askHealth().finally(() => (asking = undefined)));
  const askHealth = async () => {
    const { ok, checks } = await health.report();
    ready.set(ok ? 1 : 0);
    for (const [dependency, check] of Object.entries(checks)) {
      dependencies.set({ dependency }, check.ok ? 1 : 0);
    }
  };
  const ready = new Gauge({
    name: 'orkestra_ready',
    help: 'Whether this process is ready, as /health/ready says',
    collect: ask,
    registers,
  });
  const dependencies = new Gauge({
    name: 'orkestra_dependency_up',
    help: 'Whether what this process needs answered when it was asked for this scrape',
    labelNames: ['dependency'],
    collect: ask,
    registers,
  });
  watchEventLoop(registry);
  return registry;
}

/** A timer that comes late shows how long everything else here has to wait. */
function watchEventLoop(registry: Registry) {
  const delay = new Histogram({
    name: 'orkestra_event_loop_delay_seconds',
    help: `How late a timer of ${DELAY_EVERY_MS} ms came`,
    buckets: shortBuckets,
    registers: [registry],
  });
  let due = performance.now() + DELAY_EVERY_MS;
  setInterval(() => {
    const time = performance.now();
    delay.observe(Math.max(0, time - due) / 1_000);
    due = time + DELAY_EVERY_MS;
  }, DELAY_EVERY_MS).unref();
}

/** Takes what the hub tells of its lag. */
export function streamLag(registry: Registry): (stream: StreamName, ms: number) => void {
  const lag = new Histogram({
    name: 'orkestra_stream_lag_seconds',
    help: 'From the moment that Redis took an entry in to its being read here; to the ms, as the clocks agree',
    labelNames: ['stream'],
    buckets: shortBuckets,
    registers: [registry],
  });
  const of = { events: lag.labels('events'), in: lag.labels('in'), out: lag.labels('out') };
  return (stream, ms) => of[stream].observe(Math.max(0, ms) / 1_000);
}
