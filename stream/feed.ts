import type { RedisClient } from './connection.ts';
import type { StreamName } from './keys.ts';

/** An entry as it came from Redis, once for all who follow its stream in this process. */
export interface Entry {
  readonly id: string;
  readonly payload: Buffer;
  /** What the first of its readers made of it, for the others. */
  read?: unknown;
}

export type Listener = (entry: Entry) => void;

export interface Subscription {
  close(): void;
}

interface Follower {
  last: string;
  listener: Listener;
  /** It has been given all that was there; until then it is given nothing that is pushed. */
  caughtUp: boolean;
}

/** Pushes that one feed holds back while it catches up: as many as the longest stream keeps. */
const MOST_HELD = 1_200;

/** One stream that this process follows, and those who wait on it. */
export class Feed {
  private subscribed!: Promise<unknown>;
  private readonly followers = new Set<Follower>();
  private catchingUp: Promise<void> | undefined;
  /** Pushes that arrived during a catch-up: delivered after it, so that order holds. */
  private held: Entry[] = [];
  /** More came than may be held: what was let go is in the stream. */
  private overran = false;

  constructor(
    readonly stream: StreamName,
    private readonly key: string,
    private readonly redis: RedisClient,
    private readonly reader: RedisClient,
    private readonly onFault: (error: Error) => void,
  ) {
    this.subscribe();
  }

  async join(follower: Follower): Promise<void> {
    this.followers.add(follower);
    await this.catchUp();
  }

  /** Whether that was the last one. */
  leave(follower: Follower): boolean {
    return this.followers.delete(follower) && this.followers.size === 0;
  }

  /** After the reader's connection was lost: whatever was pushed meanwhile is read from the stream. */
  async resume(): Promise<void> {
    this.subscribe();
    for (const follower of this.followers) follower.caughtUp = false;
    await this.catchUp();
  }

  push(entry: Entry) {
    if (!this.catchingUp) return this.deliver(entry, this.followers);
    if (this.held.length >= MOST_HELD) {
      this.held = [];
      this.overran = true;
    }
    this.held.push(entry);
  }

  private subscribe() {
    this.subscribed = this.reader.ssubscribe(this.key);
    this.subscribed.catch(() => undefined);
  }

  private async catchUp(): Promise<void> {
    await this.subscribed;
    // Whoever joined while one was under way needs one of their own.
    while (this.catchingUp) await this.catchingUp.catch(() => undefined);
    this.catchingUp = this.readMissed();
    try {
      await this.catchingUp;
    } finally {
      this.catchingUp = undefined;
      const held = this.held;
      this.held = [];
      for (const entry of held) this.deliver(entry, this.followers);
    }
  }

  private async readMissed() {
    do {
      if (this.overran) for (const follower of this.followers) follower.caughtUp = false;
      this.overran = false;
      await this.readOnce();
    } while (this.overran);
  }

  private async readOnce() {
    const behind = [...this.followers].filter(({ caughtUp }) => !caughtUp);
    if (behind.length === 0) return;
    const from = behind.map(({ last }) => last).reduce((a, b) => (isAfter(a, b) ? b : a));
    const entries = await this.redis.xrangeBuffer(this.key, from === '0' ? '-' : `(${from}`, '+');
    for (const follower of behind) follower.caughtUp = true;
    for (const [id, fields] of entries) this.deliver({ id: id.toString(), payload: fields[1]! }, behind);
  }

  private deliver(entry: Entry, followers: Iterable<Follower>) {
    for (const follower of followers) {
      if (!follower.caughtUp || !isAfter(entry.id, follower.last)) continue;
      follower.last = entry.id;
      try {
        follower.listener(entry);
      } catch (error) {
        this.onFault(error as Error);
      }
    }
  }
}

/** Order of stream ids, `ms-seq`. */
export function isAfter(a: string, b: string): boolean {
  const [aMs, aSeq = 0] = a.split('-').map(Number) as [number, number?];
  const [bMs, bSeq = 0] = b.split('-').map(Number) as [number, number?];
  return aMs !== bMs ? aMs > bMs : aSeq > bSeq;
}
