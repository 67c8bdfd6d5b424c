import { expect, test } from 'vitest';
import { LineMeter } from './line-quality.ts';

/** Feeds frames of 20 ms; `delay` says how late each comes. */
function meterOf(frames: number, delay: (frame: number) => number): LineMeter {
  const meter = new LineMeter();
  for (let i = 0; i < frames; i++) meter.add(20, 1_000 + 20 * i + delay(i));
  return meter;
}

test('a line that brings every frame in time has no jitter and loses nothing', () => {
  expect(meterOf(200, () => 0).quality).toEqual({ jitterMs: 0, loss: 0 });
});

test('frames that come unevenly are jitter; those that no buffer would wait for are lost', () => {
  const even = meterOf(1_000, (i) => (i % 2 === 0 ? 0 : 10)).quality!;
  expect(even.jitterMs).toBeCloseTo(10, 1);
  expect(even.loss).toBe(0);
  const late = meterOf(1_000, (i) => (i % 10 === 5 ? 100 : 0)).quality!;
  expect(late.loss).toBeCloseTo(0.1);
});

test('a pause of the client’s is neither', () => {
  expect(meterOf(200, (i) => (i < 100 ? 0 : 5_000)).quality).toEqual({ jitterMs: 0, loss: 0 });
});

test('little audio tells nothing', () => {
  expect(meterOf(50, () => 0).quality).toBeUndefined();
});
