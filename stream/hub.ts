import { randomUUID } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { connectRedis, type RedisClient } from './connection.ts';
import { Feed, type Listener, type Subscription } from './feed.ts';
import { Lifelines } from './lifelines.ts';
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
  /** Which processes are connected. */
  readonly lifelines: Lifelines;
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
    this.lifelines = new Lifelines(this.redis, this.reader);
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
