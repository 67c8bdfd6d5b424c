import { expect, test } from 'vitest';
import { exponential, randomFrom, waits } from './queue.ts';
import { simulateServer, simulateShards } from './simulate.ts';

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a job waits for those before it, in the order in which they come', () => {
  const jobs = [
    { at: 1, takes: 2 },
    { at: 0, takes: 3 },
    { at: 2, takes: 1 },
    { at: 9, takes: 1 },
  ];
  expect(waits(jobs)).toEqual([0, 2, 3, 0]);
});

test.each([0.3, 0.6, 0.8])('at a load of %f waiting is what queueing theory says', (load) => {
  const random = randomFrom(1);
  let at = 0;
  const arrivals = Array.from({ length: 200_000 }, () => (at += exponential(random, 1 / load)));
  const markov = arrivals.map((time) => ({ at: time, takes: exponential(random, 1) }));
  const steady = arrivals.map((time) => ({ at: time, takes: 1 }));
  // M/M/1 and M/D/1, with a service of 1.
  expect(mean(waits(markov)) / (load / (1 - load))).toBeCloseTo(1, 0.7);
  expect(mean(waits(steady)) / (load / (2 * (1 - load)))).toBeCloseTo(1, 0.7);
});

test('a server is as busy as its calls make it, and work waits longer the busier it is', () => {
  const server = { name: 'any', piecesATurn: 50, secondsATurn: 0.04 };
  const [half, most] = [100, 200].map((calls) => simulateServer(server, calls, 10, 120));
  expect(half!.utilisation).toBeCloseTo(0.4, 1);
  expect(most!.utilisation).toBeCloseTo(0.8, 1);
  expect(most!.p95).toBeGreaterThan(2 * half!.p95);
});

test('hashing fills some shards more than others', () => {
  const shards = { shards: 512, writesATurn: 30, burst: 4, writeSeconds: 0.005 };
  const even = (10_000 / 512) * 3 * 0.005;
  expect(simulateShards(shards, 10_000, 10, 60).utilisation).toBeGreaterThan(1.5 * even);
  const wider = simulateShards({ ...shards, shards: 4_096 }, 10_000, 10, 60);
  expect(wider.p95).toBeLessThan(simulateShards(shards, 10_000, 10, 60).p95);
});
