import { Counter } from 'prom-client';
import type { UnreadableWatch } from '../config/payload-codec.ts';
import { logOnce } from './log-once.ts';
import type { WorkerContext } from './run.ts';

/** So long after the last one, ms, health still says that a key is missing. */
const MISSED_MS = 300_000;

/**
 * Tells of payloads that can't be read, since calls wait for them: in the log, in the metrics, and, where a key is missing, in
 * the health of the process.
 */
export function watchPayloads({
  log,
  health,
  metrics,
}: Pick<WorkerContext, 'log' | 'health' | 'metrics'>): UnreadableWatch['onUnreadable'] {
  const count = new Counter({
    name: 'orkestra_unreadable_payloads_total',
    help: 'Payloads of Temporal’s that could not be decrypted, by the reason.',
    labelNames: ['reason'],
    registers: [metrics],
  });
  for (const reason of ['unknown-key', 'damaged']) count.inc({ reason }, 0);
  const complain = logOnce(log, 'what Temporal keeps of a call can’t be read');
  let missed: { message: string; at: number } | undefined;
  health.add('payloads', async () => {
    if (missed && performance.now() - missed.at < MISSED_MS) throw new Error(missed.message);
  });
  return (error) => {
    count.inc({ reason: error.reason });
    complain(error);
    if (error.reason === 'unknown-key') missed = { message: error.message, at: performance.now() };
  };
}
