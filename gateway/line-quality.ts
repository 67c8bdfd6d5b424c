import type { LineQuality } from '../call/facts.ts';

/** Audio that comes later than this after the soonest would be too late for a listener's play-out buffer, ms. */
const PLAYOUT_MS = 60;
/** A client that sends nothing for longer has paused, and its audio is timed anew, ms. */
const PAUSE_MS = 300;
/** Less audio than this says nothing of a line, ms. */
const ENOUGH_MS = 2_000;

/**
 * How evenly a caller's audio comes in, from a client that sends it in real time: jitter as in RFC 3550 (6.4.1), and
 * the share that comes too late to be played, which is what loss is on a line that loses nothing (TCP).
 */
export class LineMeter {
  private sentMs = 0;
  private allMs = 0;
  private lateMs = 0;
  private jitterMs = 0;
  private transit: number | undefined;
  private soonest = Infinity;
  private lastAt = -Infinity;

  /** `ms` of audio came in at `at`. */
  add(ms: number, at: number) {
    if (at - this.lastAt > PAUSE_MS) {
      this.transit = undefined;
      this.soonest = Infinity;
      this.sentMs = 0;
    }
    this.lastAt = at;
    this.sentMs += ms;
    this.allMs += ms;
    const transit = at - this.sentMs;
    if (this.transit !== undefined) this.jitterMs += (Math.abs(transit - this.transit) - this.jitterMs) / 16;
    this.transit = transit;
    this.soonest = Math.min(this.soonest, transit);
    if (transit - this.soonest > PLAYOUT_MS) this.lateMs += ms;
  }

  /** Undefined while too little has come in. */
  get quality(): LineQuality | undefined {
    if (this.allMs < ENOUGH_MS) return undefined;
    return { jitterMs: this.jitterMs, loss: this.lateMs / this.allMs };
  }
}
