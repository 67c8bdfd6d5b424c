import type { Logger } from '../config/log.ts';

/** Warns at most once a second, and says how many warnings it left out. */
export class QuietLog {
  private last = -Infinity;
  private leftOut = 0;

  constructor(private readonly log: Logger) {}

  warn(details: Record<string, unknown>, message: string) {
    const now = performance.now();
    if (now - this.last < 1_000) {
      this.leftOut++;
      return;
    }
    this.log.warn({ ...details, leftOut: this.leftOut }, message);
    this.last = now;
    this.leftOut = 0;
  }
}
