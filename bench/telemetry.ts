import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { stageMetrics } from '../activities/metrics.ts';
import { stageSpan } from '../activities/stage-spans.ts';
import type { EndedStage } from '../activities/stage-watch.ts';
import type { TraceCall } from '../call/call-span.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { engineMetrics } from '../workers/engine-metrics.ts';
import { streamLag } from '../workers/process-metrics.ts';
import { startTracing } from '../workers/tracing.ts';
import { percentile, table } from './statistics.ts';

/**
 * What it costs to be watched, on the event loop: each entry of a stream that is read, each stage of a turn, each request
 * to an engine; with traces off, and with traces handed to an exporter whose collector is away.
 */
const ROUNDS = 30;
const TIMES = 20_000;
/** A turn of a call: 4 stages, some 12 events read by 5 processes, 60 entries of audio in and out, 4 engines. */
const TURN = { stages: 4, entries: 120, engines: 4 };
/** All of a turn's watching, µs, without traces: a thousandth of a core for a call that takes a turn every 5 s would be 5,000. */
const TARGET_US = 1_000;

const ended: EndedStage = {
  stage: 'reply',
  session: 'bench-call',
  turn: 3,
  domain: 'banking',
  adapter: 'default',
  armedAt: 1_000,
  beganAt: 6_000,
  endedAt: 8_000,
  askedAt: 6_000,
  answeredAt: 6_200,
  attempt: 101,
  isRetry: false,
  outcome: {
    result: { kind: 'answered', engine: 'any', source: 'model', inputTokens: 10, outputTokens: 10 },
  },
};

export async function run() {
  const registry = new Registry();
  const lag = streamLag(registry);
  const watch = stageMetrics(registry);
  const meter = engineMetrics(registry);
  const stage = () => {
    watch.armed('reply');
    watch.began('reply');
    watch.ended(ended);
  };
  const costs = {
    'an entry that is read': await measure(() => lag('events', 1)),
    'a stage': await measure(stage),
    'a request to an engine': await measure(() => meter.answered('llm', 'any', 120)),
    'a span, tracing off': await measure(offered(undefined)),
    'a span, tracing on': await measure(offered(await tracingTo('http://127.0.0.1:9'))),
  };
  const rows = Object.entries(costs).map(([what, us]) => [
    what,
    ROUNDS * TIMES,
    percentile(us, 0.5).toFixed(3),
    percentile(us, 0.95).toFixed(3),
  ]);
  process.stdout.write(`${table([['what', 'times', 'µs median', 'p95'], ...rows])}\n\n`);
  const of = (what: keyof typeof costs) => percentile(costs[what], 0.5);
  const turn =
    TURN.entries * of('an entry that is read') +
    TURN.stages * of('a stage') +
    TURN.engines * of('a request to an engine');
  const met = turn <= TARGET_US;
  process.stdout.write(
    `A turn, in all processes together: ${turn.toFixed(0)} µs; target: at most ${TARGET_US} µs: ${met ? 'met' : 'MISSED'}\n`,
  );
  process.exit(met ? 0 : 1);
}

async function tracingTo(url: string): Promise<TraceCall> {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'bench');
  return (await startTracing('llm', 'bench', log))!.trace;
}

/** As workers/activity-worker.ts does it. */
const offered = (trace: TraceCall | undefined) => () => {
  if (!trace) return;
  const span = stageSpan(ended);
  if (span) trace(span);
};

/** µs a time, of each round. */
async function measure(act: () => void): Promise<number[]> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    for (let i = 0; i < TIMES; i++) act();
    // The first round is the compiler's.
    if (round > 0) rounds.push(((performance.now() - started) * 1_000) / TIMES);
    await sleep(0);
  }
  return rounds;
}
