import { cpus } from 'node:os';

/** Tells how much of the machine nobody wants; work of the lowest priority (nice) gives way, and counts as nobody's. */
export class Room {
  private last = coreTimes();

  /** The share of all cores that was free since this was last asked, 0–1. */
  take(): number {
    const { last } = this;
    this.last = coreTimes();
    const all = this.last.all - last.all;
    return all === 0 ? 0 : (this.last.free - last.free) / all;
  }
}

function coreTimes() {
  let free = 0;
  let all = 0;
  for (const { times } of cpus()) {
    free += times.idle + times.nice;
    all += times.idle + times.nice + times.user + times.sys + times.irq;
  }
  return { free, all };
}
