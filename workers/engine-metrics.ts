import { Counter, Histogram, type Registry } from 'prom-client';
import { latencyBuckets } from '../config/buckets.ts';
import type { EngineMeter } from '../engines/metered.ts';

/** The metrics of a process' engines, in its registry. */
export function engineMetrics(registry: Registry): EngineMeter {
  const registers = [registry];
  const latency = new Histogram({
    name: 'orkestra_engine_latency_seconds',
    help: 'From a request to an engine to the first of its answer: the transcript, the first word, the first audio, the vectors',
    labelNames: ['kind', 'engine'],
    buckets: latencyBuckets,
    registers,
  });
  const errors = new Counter({
    name: 'orkestra_engine_errors_total',
    help: 'Requests that an engine failed at, and whether the same request might succeed a moment later',
    labelNames: ['kind', 'engine', 'retryable'],
    registers,
  });
  return {
    answered: (kind, engine, ms) => latency.observe({ kind, engine }, ms / 1_000),
    failed: (kind, engine, retryable) => errors.inc({ kind, engine, retryable: String(retryable) }),
  };
}
