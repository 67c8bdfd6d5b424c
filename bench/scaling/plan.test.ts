import { expect, test } from 'vitest';
import { predictedCores } from './held-to.ts';
import { measured } from './measured.ts';
import { assumed, callsEach, plan, saturation, shardsFor } from './plan.ts';

test('the plan tells the cores of loads that it was not made from', () => {
  for (const [calls, cores] of Object.entries(measured.processes.coresAt)) {
    expect(predictedCores(measured, Number(calls)) / cores, `${calls} calls`).toBeGreaterThan(0.7);
    expect(predictedCores(measured, Number(calls)) / cores, `${calls} calls`).toBeLessThan(1.3);
  }
});

test('no process is given more calls than keep its core below its bound', () => {
  for (const { name, callsEach: each, count } of plan(measured, 10_000).parts) {
    const busy =
      (each * measured.processes.scripted[name]!.coresACall * measured.processes.turnSeconds.scripted) / 10;
    expect(busy, name).toBeLessThanOrEqual(assumed.fullAt);
    expect(count * each, name).toBeGreaterThanOrEqual(10_000);
  }
});

test('a gateway is never given more calls than it takes', () => {
  const idle = structuredClone(measured);
  idle.processes.scripted.gateway!.coresACall = 1e-6;
  expect(callsEach(idle, 'gateway', 'scripted')).toBe(assumed.gatewayCalls);
});

test('one of anything may be lost, however few the calls', () => {
  for (const { name, count } of plan(measured, 1).parts) expect(count, name).toBe(2);
});

test('calls that talk half as fast need half the turns, events and shards', () => {
  const slow = plan(measured, 100_000, 'scripted', { ...assumed, turnSeconds: 20, callSeconds: 480 });
  const fast = plan(measured, 100_000);
  expect(slow.turnsASecond).toBe(fast.turnsASecond / 2);
  expect(slow.temporal.eventsASecond).toBe(fast.temporal.eventsASecond / 2);
  expect(slow.temporal.shards).toBe(fast.temporal.shards / 2);
});

test('shards are a power of two, and keep below their bound', () => {
  for (const events of [1, 5_000, 40_000]) {
    const shards = shardsFor(events, assumed);
    expect(Math.log2(shards) % 1).toBe(0);
    expect((events * assumed.shardWriteMs) / 1_000 / shards).toBeLessThanOrEqual(assumed.shardFullAt);
  }
});

test('what is full first comes first', () => {
  const calls = saturation(measured, 'embedded').map((one) => one.calls);
  expect(calls).toEqual([...calls].sort((a, b) => a - b));
});
