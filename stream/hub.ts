import { randomUUID } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { connectRedis, type RedisClient } from './connection.ts';
import { streamKey, streamLimit, streamTtlMs, type StreamName, writerKey } from './keys.ts';

/**
 * The process' one door to the live streams of all its calls: one connection that writes, one that reads.
 *
 * An entry is kept in a Redis stream, for whoever comes later, and pushed on a sharded channel of the same
 * name, for whoever is waiting. So a reader costs the same however many calls it follows (decision 0002), and
 * what a push may lose with its connection, the stream still has: after a reconnect each reader catches up.
 */
export class StreamHub {
  readonly redis: RedisClient;
  private readonly reader: RedisClient;
  private readonly feeds = new Map<string, Feed>();
  private readonly writer = randomUUID().slice(0, 8);
  /** A Cluster's redirections may change the order of writes: there, one that is doubled is the lesser evil. */
  private readonly numbersWrites: boolean;
  private writes = 0;

  constructor(
    config: Config['redis'],
    onError: (error: Error) => void,
    /** Told of each entry that is pushed: ms since Redis took it in, on its clock and ours, to the ms. */
    onLag: (stream: StreamName, ms: number) => void = () => undefined,
    /** Told of an entry at which a listener failed: that costs its own call alone. */
    private readonly onFault: (error: Error) => void = () => undefined,
  ) {
    this.redis = connectRedis(config);
    this.reader = connectRedis(config);
    for (const connection of [this.redis, this.reader]) connection.on('error', onError);
    this.numbersWrites = !config.cluster;
    this.redis.defineCommand('orkestraAppend', { numberOfKeys: 2, lua: APPEND });
    this.reader.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      const feed = this.feeds.get(channel.toString());
      const end = message.indexOf(SEPARATOR);
      if (!feed) return;
      const id = message.toString('latin1', 0, end);
      // Nobody of ours sends any other, and what follows reckons with it.
      if (!STREAM_ID.test(id)) return;
      onLag(feed.stream, Date.now() - Number.parseInt(id, 10));
      feed.push({ id, payload: message.subarray(end + 1) });
    });
    this.reader.on('ready', () => {
      for (const feed of this.feeds.values()) feed.resume().catch(onError);
    });
  }

  /**
   * Appends entries in order, as one step; returns their ids, or that of the last one alone where they had been appended:
   * what a broken connection left without an answer is sent again, done or not.
   */
  async append(session: string, stream: StreamName, entries: (string | Buffer)[]): Promise<string[]> {
    const key = streamKey(session, stream);
    return (this.redis as unknown as AppendCommand).orkestraAppend(
      key,
      writerKey(session, this.writer),
      streamLimit[stream],
      streamTtlMs,
      this.numbersWrites ? (this.writes += 1) : 0,
      ...entries,
    );
  }

  /**
   * Delivers every entry after `from` (`0`: all that is kept), in order, each once: first those in the stream,
   * then new ones as they come. Resolves when the former have been delivered.
   */
  async follow(session: string, stream: StreamName, from: string, listener: Listener): Promise<Subscription> {
    const key = streamKey(session, stream);
    let feed = this.feeds.get(key);
    if (!feed) {
      feed = new Feed(stream, key, this.redis, this.reader, this.onFault);
      this.feeds.set(key, feed);
    }
    const follower = { last: from, listener, caughtUp: false };
    await feed.join(follower);
    return {
      close: () => {
        if (feed.leave(follower) && this.feeds.get(key) === feed) {
          this.feeds.delete(key);
          void this.reader.sunsubscribe(key).catch(() => undefined);
        }
      },
    };
  }

  /** What was appended before is in the streams then, where Redis is there. */
  async close(): Promise<void> {
    this.feeds.clear();
    await Promise.allSettled([this.redis, this.reader].map(leave));
  }
}

/** Says goodbye to a server that is there. One that is away is not waited for, nor are the commands for it. */
const leave = async (client: RedisClient) =>
  client.status === 'ready' ? client.quit() : client.disconnect();

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
class Feed {
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

const SEPARATOR = 0x20;
const STREAM_ID = /^\d{1,16}-\d{1,16}$/;

/** How long the number of a writer's last append is kept, ms: longer than Redis stays away while a call goes on. */
const WRITER_TTL_MS = 600_000;

/**
 * KEYS: stream, writer; ARGV: limit, ttl in ms, number of the append (0: none), entries. Keeps each and pushes it as
 * `<id> <entry>`, unless the writer's append of this number has been done.
 */
const APPEND = `
local number = tonumber(ARGV[3])
if number > 0 then
  local last = redis.call('GET', KEYS[2])
  if last then
    local done, id = last:match('^(%d+) (.+)$')
    if tonumber(done) >= number then return { id } end
  end
end
local ids = {}
for i = 4, #ARGV do
  local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'd', ARGV[i])
  redis.call('SPUBLISH', KEYS[1], id .. ' ' .. ARGV[i])
  ids[#ids + 1] = id
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if number > 0 then redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ids[#ids], 'PX', ${WRITER_TTL_MS}) end
return ids`;

interface AppendCommand {
  orkestraAppend(
    key: string,
    writer: string,
    limit: number,
    ttl: number,
    number: number,
    ...entries: (string | Buffer)[]
  ): Promise<string[]>;
}
