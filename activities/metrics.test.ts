import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { stageMetrics } from './metrics.ts';
import type { EndedStage } from './stage-watch.ts';

const ended = (adapter: string, outcome: EndedStage['outcome']): EndedStage => ({
  stage: 'reply',
  session: 'some-call',
  turn: 1,
  domain: 'banking',
  adapter,
  armedAt: 0,
  beganAt: 10,
  endedAt: 40,
  askedAt: 10,
  answeredAt: 12.5,
  attempt: 101,
  isRetry: false,
  outcome,
});

test('an API’s callers can’t make series without end by naming adapters', async () => {
  const registry = new Registry();
  const watch = stageMetrics(registry);
  const result = { kind: 'answered', source: 'model', engine: 'any' };
  for (let i = 0; i < 80; i++) watch.ended(ended(`adapter-${i}`, { result }));
  watch.ended(ended('adapter-3', { result }));
  const text = await registry.metrics();
  expect(text.match(/^orkestra_turns_total\{/gm)).toHaveLength(51);
  expect(text).toContain('orkestra_turns_total{domain="banking",adapter="other",source="model"} 30');
  expect(text).toContain('orkestra_turns_total{domain="banking",adapter="adapter-3",source="model"} 2');
});

test('a stage counts as armed, then as working, then as what it came to', async () => {
  const registry = new Registry();
  const watch = stageMetrics(registry);
  watch.armed('reply');
  watch.armed('reply');
  watch.began('reply');
  const active = async () => [
    ...(await registry.metrics()).matchAll(/^orkestra_stages_active\{.*state="(\w+)"\} (\d)/gm),
  ];
  expect((await active()).map(([, state, count]) => `${state} ${count}`)).toEqual(['armed 1', 'working 1']);
  watch.ended(ended('default', { failure: 'superseded', error: new Error('late') }));
  expect((await active()).map(([, state, count]) => `${state} ${count}`)).toEqual(['armed 1', 'working 0']);
  const text = await registry.metrics();
  expect(text).toContain('orkestra_stage_ends_total{stage="reply",outcome="superseded"} 1');
  expect(text).toContain('orkestra_stage_latency_seconds_bucket{le="0.002",stage="reply"} 0');
  expect(text).toContain('orkestra_stage_latency_seconds_bucket{le="0.005",stage="reply"} 1');
});
