import type { MeterLateness } from './plan.ts';

/** How late the meter itself was, in a sentence. */
export function meterLine({ frames, loop, cores }: MeterLateness): string {
  const ms = (value: number) => value.toFixed(1);
  return (
    `The meter itself, not counted: frames late by ${ms(frames.p50)} ms p50, ${ms(frames.p99)} p99, ${ms(frames.most)} at most; ` +
    `event loop ${ms(loop.p99)} ms p99; ${cores.toFixed(2)} cores.`
  );
}
