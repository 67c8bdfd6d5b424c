import type { RedisClient } from '../stream/connection.ts';

/** How often the event loop and Redis are asked, ms. */
const LOOP_EVERY_MS = 50;
const PING_EVERY_MS = 250;
/** Samples that a median is of: 1 s of the event loop, 1.25 s of Redis. */
const LOOP_SAMPLES = 20;
const PING_SAMPLES = 5;
/** Replies and starts of the last so many ms count: of replies no fewer than so many. */
const WINDOW_MS = 5_000;
const FEWEST_REPLIES = 5;
/** That are kept at most: 20 a second. */
const MOST_KEPT = 100;

/** What Orkestra itself adds to a reply now, ms, by what is slow; 0 where nothing is known. */
export interface Delays {
  /** A timer of this process comes so late. */
  'event-loop': number;
  /** Redis answers after so long. */
  redis: number;
  /** Calls wait so long for their first stage. */
  starts: number;
  /** Replies wait so long for anything but their engines. */
  replies: number;
}

/** Measures, all the time and at next to no cost, how quick this gateway is. Medians, and of starts the
 * second slowest: one slow moment is no overload. */
export class LoadMeter {
  private readonly late: number[] = [];
  private readonly pings: number[] = [];
  private replies: Moment[] = [];
  private starts: Moment[] = [];
  /** When calls began that no stage has taken up yet. */
  private readonly starting = new Set<{ at: number }>();
  private pingedAt: number | undefined;
  private readonly timers: NodeJS.Timeout[];

  constructor(private readonly redis: RedisClient) {
    let due = performance.now() + LOOP_EVERY_MS;
    const look = () => {
      const time = performance.now();
      keep(this.late, Math.max(0, time - due), LOOP_SAMPLES);
      due = time + LOOP_EVERY_MS;
    };
    this.timers = [setInterval(look, LOOP_EVERY_MS), setInterval(() => this.ping(), PING_EVERY_MS)];
    for (const timer of this.timers) timer.unref();
  }

  /** A reply has begun that had to wait so long for anything but its engines. */
  onReply(ownShareMs: number) {
    keep(this.replies, { at: performance.now(), ms: ownShareMs }, MOST_KEPT);
  }

  /** A call begins; the result is to be called when its first stage has taken its place, or it is over. */
  onStart(): () => void {
    const start = { at: performance.now() };
    this.starting.add(start);
    return () => {
      if (!this.starting.delete(start)) return;
      const at = performance.now();
      keep(this.starts, { at, ms: at - start.at }, MOST_KEPT);
    };
  }

  delays(): Delays {
    const time = performance.now();
    const isRecent = ({ at }: { at: number }) => at > time - WINDOW_MS;
    this.starts = this.starts.filter(isRecent);
    // Those that wait for longer are forgotten: then a few more calls find out whether it is better by now.
    const waits = [...this.starting].filter(isRecent).map(({ at }) => time - at);
    const [, secondSlowest = 0] = [...waits, ...this.starts.map(({ ms }) => ms)].toSorted((a, b) => b - a);
    const waiting = this.pingedAt === undefined ? 0 : time - this.pingedAt;
    this.replies = this.replies.filter(isRecent);
    const enough = this.replies.length >= FEWEST_REPLIES;
    return {
      'event-loop': median(this.late),
      redis: Math.max(waiting, median(this.pings)),
      starts: secondSlowest,
      replies: enough ? median(this.replies.map(({ ms }) => ms)) : 0,
    };
  }

  close() {
    for (const timer of this.timers) clearInterval(timer);
  }

  private ping() {
    if (this.pingedAt !== undefined) return;
    const at = (this.pingedAt = performance.now());
    const done = () => {
      keep(this.pings, performance.now() - at, PING_SAMPLES);
      this.pingedAt = undefined;
    };
    this.redis
      .ping()
      .catch(() => undefined)
      .finally(done);
  }
}

interface Moment {
  at: number;
  ms: number;
}

function keep<T>(list: T[], value: T, most: number) {
  list.push(value);
  if (list.length > most) list.shift();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
