import type { RedisClient } from '../stream/connection.ts';

/** How often the event loop and Redis are asked, ms. */
const LOOP_EVERY_MS = 50;
const PING_EVERY_MS = 250;
/** Samples that a median is of: 1 s of the event loop, 1.25 s of Redis. */
const LOOP_SAMPLES = 20;
const PING_SAMPLES = 5;
/** Replies of the last so many ms count, and no fewer than so many of them. */
const REPLY_WINDOW_MS = 5_000;
const FEWEST_REPLIES = 5;
/** Replies that are kept at most: 20 a second. */
const MOST_REPLIES = 100;

/** What Orkestra itself adds to a reply now, ms, by what is slow; 0 where nothing is known. */
export interface Delays {
  /** A timer of this process comes so late. */
  'event-loop': number;
  /** Redis answers after so long. */
  redis: number;
  /** Replies wait so long for anything but their engines. */
  replies: number;
}

/** Measures, all the time and at next to no cost, how quick this gateway is. Medians: one slow moment is no overload. */
export class LoadMeter {
  private readonly late: number[] = [];
  private readonly pings: number[] = [];
  private replies: { at: number; ms: number }[] = [];
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
    keep(this.replies, { at: performance.now(), ms: ownShareMs }, MOST_REPLIES);
  }

  delays(): Delays {
    const time = performance.now();
    const waiting = this.pingedAt === undefined ? 0 : time - this.pingedAt;
    this.replies = this.replies.filter(({ at }) => at > time - REPLY_WINDOW_MS);
    const enough = this.replies.length >= FEWEST_REPLIES;
    return {
      'event-loop': median(this.late),
      redis: Math.max(waiting, median(this.pings)),
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

function keep<T>(list: T[], value: T, most: number) {
  list.push(value);
  if (list.length > most) list.shift();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
