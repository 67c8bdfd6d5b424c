import { Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { quantileOf } from './metrics.ts';
import { parseExposition } from './prometheus.ts';

describe('a process’ metrics', () => {
  test('are read as they were written, labels and all', async () => {
    const registry = new Registry();
    const seconds = new Histogram({
      name: 'orkestra_wait_seconds',
      help: 'Waits.',
      labelNames: ['stage'],
      buckets: [0.1, 1],
      registers: [registry],
    });
    seconds.observe({ stage: 'a "b"\\c' }, 0.5);
    const { types, samples } = parseExposition(await registry.metrics());
    expect(types.get('orkestra_wait_seconds')).toBe('histogram');
    expect(samples).toEqual(
      expect.arrayContaining([
        { name: 'orkestra_wait_seconds_bucket', labels: { le: '0.1', stage: 'a "b"\\c' }, value: 0 },
        { name: 'orkestra_wait_seconds_bucket', labels: { le: '+Inf', stage: 'a "b"\\c' }, value: 1 },
        { name: 'orkestra_wait_seconds_sum', labels: { stage: 'a "b"\\c' }, value: 0.5 },
      ]),
    );
  });

  test('have quantiles as Prometheus reckons them', () => {
    const buckets = new Map([
      [0.1, 10],
      [0.2, 30],
      [Infinity, 40],
    ]);
    expect(quantileOf(buckets, 40, 0.5)).toBeCloseTo(0.15);
    expect(quantileOf(buckets, 40, 0.25)).toBeCloseTo(0.1);
    expect(quantileOf(buckets, 40, 0.99)).toBe(0.2);
  });
});
