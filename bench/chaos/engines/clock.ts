import { readFileSync, statSync } from 'node:fs';

/**
 * The clock of this process, moved by as many ms as the file that ORKESTRA_CHAOS_CLOCK names says: the wall clock that
 * code reads. Timers go by another clock, as they do when a real one is set; so does `performance`, whose origin is told
 * when the process starts and then stays.
 */
const file = process.env.ORKESTRA_CHAOS_CLOCK;
/** How often the file is looked at, ms. */
const LOOK_MS = 100;

if (file) {
  let shiftMs = 0;
  let seen = -1;
  const look = () => {
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: -1 };
    if (mtimeMs === seen) return;
    seen = mtimeMs;
    shiftMs = mtimeMs < 0 ? 0 : Number(readFileSync(file, 'utf8')) || 0;
  };
  look();
  setInterval(look, LOOK_MS).unref();
  const realNow = Date.now;
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(realNow() + shiftMs);
      else super(...(given as [number]));
    }
    static override now = () => realNow() + shiftMs;
  } as DateConstructor;
  Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shiftMs });
}
