import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Runtime, type RuntimeOptions } from '@temporalio/worker';
import { latencyBuckets } from '../config/buckets.ts';

/** Another process may take the port between our finding it and the SDK's: it is tried again so often. */
const TRIES = 5;
/** The SDK answers from memory, on this machine, ms. */
const ANSWER_MS = 1_000;

/** Histograms of the SDK whose own buckets, made for activities of seconds, would tell nothing of a call. */
const fine = [
  'workflow_task_execution_latency',
  'workflow_task_schedule_to_start_latency',
  'workflow_task_replay_latency',
  'activity_schedule_to_start_latency',
  'request_latency',
];

/**
 * Installs Temporal's runtime with metrics that it keeps itself, outside the event loop, behind a port of this machine
 * alone. Returns what reads them, as Prometheus' text.
 */
export async function installRuntime(options: RuntimeOptions): Promise<() => Promise<string>> {
  for (let left = TRIES; ; left -= 1) {
    const bindAddress = `127.0.0.1:${await unusedPort()}`;
    try {
      Runtime.install({
        ...options,
        telemetryOptions: {
          metrics: {
            prometheus: {
              bindAddress,
              countersTotalSuffix: true,
              unitSuffix: true,
              useSecondsForDurations: true,
              histogramBucketOverrides: Object.fromEntries(fine.map((name) => [name, latencyBuckets])),
            },
          },
        },
      });
      return () => read(`http://${bindAddress}/metrics`);
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

/** Told of each poll for stages that failed: its connection broke, or Temporal did. */
const FAILED_POLLS =
  /^temporal_(?:long_)?request_failure_total\{[^}]*operation="PollActivityTaskQueue"[^}]*\} (\d+)/gm;

/** How many polls for stages have failed so far, by the SDK's metrics. */
export function failedPolls(metrics: string): number {
  return [...metrics.matchAll(FAILED_POLLS)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function read(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return await response.text();
  } catch (error) {
    // Our own are no worse for it.
    return `# Temporal's SDK gives no metrics: ${(error as Error).message}\n`;
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
