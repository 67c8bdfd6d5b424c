import type { RedisClient } from '../../stream/connection.ts';
import { listWorkers, type WorkerInfo } from '../../workers/presence.ts';
import { parseExposition, type Sample } from './prometheus.ts';

/** One metric of one role, over all its processes; a histogram has its figures in its own unit. */
export interface Metric {
  role: string;
  name: string;
  labels: Record<string, string>;
  value?: number;
  count?: number;
  mean?: number;
  p50?: number;
  p95?: number;
}

export interface Metrics {
  metrics: Metric[];
  /** Announced workers that gave none, and why. */
  away: { id: string; reason: string }[];
  workers: number;
}

/** Ours; the rest is of Node and of Temporal's SDK. */
const OURS = 'orkestra_';
const TIMEOUT_MS = 4_000;

/** Reads what every announced worker measures, since it started. Rejects where Redis can't be asked who is there. */
export async function readMetrics(redis: RedisClient, taskQueuePrefix: string): Promise<Metrics> {
  const workers = await listWorkers(redis, taskQueuePrefix);
  const families = new Map<string, Family>();
  const away: Metrics['away'] = [];
  await Promise.all(
    workers.map(async (worker) => {
      try {
        add(families, worker, await fetchText(worker));
      } catch (error) {
        const { message, cause } = error as Error;
        away.push({ id: worker.id, reason: (cause as NodeJS.ErrnoException | undefined)?.code ?? message });
      }
    }),
  );
  const metrics = [...families.values()].map(toMetric);
  metrics.sort((a, b) => `${a.role} ${a.name}`.localeCompare(`${b.role} ${b.name}`));
  return { metrics, away, workers: workers.length };
}

interface Family extends Pick<Metric, 'role' | 'name' | 'labels'> {
  histogram: boolean;
  value: number;
  count: number;
  sum: number;
  /** Counts up to each bound. */
  buckets: Map<number, number>;
}

async function fetchText({ healthUrl, metricsUrl = healthUrl }: WorkerInfo): Promise<string> {
  const response = await fetch(`${metricsUrl}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

function add(families: Map<string, Family>, { role }: WorkerInfo, text: string) {
  const { types, samples } = parseExposition(text);
  for (const sample of samples) {
    if (!sample.name.startsWith(OURS)) continue;
    const base = sample.name.replace(/_(bucket|sum|count)$/, '');
    const histogram = types.get(base) === 'histogram';
    const { role: _role, le, ...labels } = sample.labels;
    const name = histogram ? base : sample.name;
    const key = JSON.stringify([role, name, Object.entries(labels).sort()]);
    let family = families.get(key);
    if (!family) {
      family = { role, name, labels, histogram, value: 0, count: 0, sum: 0, buckets: new Map() };
      families.set(key, family);
    }
    if (histogram) addToHistogram(family, sample, le);
    else family.value += sample.value;
  }
}

function addToHistogram(family: Family, { name, value }: Sample, le: string | undefined) {
  if (name.endsWith('_sum')) family.sum += value;
  else if (name.endsWith('_count')) family.count += value;
  else if (le !== undefined) {
    const bound = le === '+Inf' ? Infinity : Number(le);
    family.buckets.set(bound, (family.buckets.get(bound) ?? 0) + value);
  }
}

function toMetric({ role, name, labels, histogram, value, count, sum, buckets }: Family): Metric {
  if (!histogram) return { role, name, labels, value };
  if (count === 0) return { role, name, labels, count };
  const quantile = (q: number) => quantileOf(buckets, count, q);
  return { role, name, labels, count, mean: sum / count, p50: quantile(0.5), p95: quantile(0.95) };
}

/** As Prometheus reckons it: within a bucket, values are taken to lie evenly. Beyond the last bound, that bound. */
export function quantileOf(buckets: ReadonlyMap<number, number>, count: number, q: number): number {
  const wanted = q * count;
  let [below, belowCount] = [0, 0];
  for (const [bound, upTo] of [...buckets].sort(([a], [b]) => a - b)) {
    if (upTo >= wanted) {
      if (bound === Infinity) return below;
      const within = upTo - belowCount;
      return within === 0 ? bound : below + ((wanted - belowCount) / within) * (bound - below);
    }
    [below, belowCount] = [bound, upTo];
  }
  return below;
}
