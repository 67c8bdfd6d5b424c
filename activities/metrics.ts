import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { latencyBuckets } from '../config/buckets.ts';
import type { EndedStage, StageResult, StageWatch } from './stage-watch.ts';

/** Values of a label that callers of an API can choose; one more becomes `other`, so that a series can't be had for the asking. */
const MOST_ADAPTERS = 50;

/** The metrics of a process that runs stages of turns, in its registry. */
export function stageMetrics(registry: Registry): StageWatch {
  const registers = [registry];
  const active = new Gauge({
    name: 'orkestra_stages_active',
    help: 'Stages that stand ready (armed) and that are at work (working). Each live call has one listen.',
    labelNames: ['stage', 'state'],
    registers,
  });
  const ends = new Counter({
    name: 'orkestra_stage_ends_total',
    help: 'Stages that ended, by the kind of their result or of their failure',
    labelNames: ['stage', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'orkestra_stage_retries_total',
    help: 'Stages that were begun anew, since a worker died or failed',
    labelNames: ['stage'],
    registers,
  });
  const latency = new Histogram({
    name: 'orkestra_stage_latency_seconds',
    help: 'From the moment that a stage asks its engine to the first of the answer: the final transcript, the stored answer, the first sentence, the first audio',
    labelNames: ['stage'],
    buckets: latencyBuckets,
    registers,
  });
  const turns = new Counter({
    name: 'orkestra_turns_total',
    help: 'Turns that were answered, by what answered (model, cache, apology)',
    labelNames: ['domain', 'adapter', 'source'],
    registers,
  });
  const stored = new Counter({
    name: 'orkestra_cache_stored_total',
    help: 'Answers that were stored',
    labelNames: ['domain'],
    registers,
  });
  const tokens = new Counter({
    name: 'orkestra_llm_tokens_total',
    help: 'Tokens that models read (input) and wrote (output), where they tell',
    labelNames: ['engine', 'direction'],
    registers,
  });
  const adapters = new Set<string>();
  const adapterLabel = (adapter: string) => {
    if (adapters.size < MOST_ADAPTERS) adapters.add(adapter);
    return adapters.has(adapter) ? adapter : 'other';
  };

  function returned(ended: EndedStage, result: StageResult) {
    const { stage, domain } = ended;
    if (stage === 'reply' && result.kind === 'answered') {
      const { adapter = ended.adapter ?? 'default' } = result;
      const { source = 'model', engine = '', inputTokens = 0, outputTokens = 0 } = result;
      turns.inc({ domain, adapter: adapterLabel(adapter), source });
      if (inputTokens > 0) tokens.inc({ engine, direction: 'input' }, inputTokens);
      if (outputTokens > 0) tokens.inc({ engine, direction: 'output' }, outputTokens);
    }
    if (result.stored) stored.inc({ domain });
  }

  return {
    armed(stage) {
      active.inc({ stage, state: 'armed' });
      // A series that began with its first failure would hide that one from `increase`.
      ends.inc({ stage, outcome: 'failed' }, 0);
    },
    began(stage) {
      active.dec({ stage, state: 'armed' });
      active.inc({ stage, state: 'working' });
    },
    ended(ended) {
      const { stage, outcome, askedAt, answeredAt, beganAt } = ended;
      active.dec({ stage, state: beganAt === undefined ? 'armed' : 'working' });
      ends.inc({ stage, outcome: 'result' in outcome ? outcome.result.kind : outcome.failure });
      if (ended.isRetry) retries.inc({ stage });
      if (askedAt !== undefined && answeredAt !== undefined) {
        latency.observe({ stage }, (answeredAt - askedAt) / 1_000);
      }
      if ('result' in outcome) returned(ended, outcome.result);
    },
  };
}
