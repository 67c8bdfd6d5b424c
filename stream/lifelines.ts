import type { RedisClient } from './connection.ts';
import { lifelineKey } from './keys.ts';

/**
 * Which processes are connected: each is subscribed to a channel of its own, which nobody sends on. Redis forgets a
 * subscriber the moment that its socket closes, and that of a process that is killed does so at once.
 */
export class Lifelines {
  /** The id that this process shows. */
  own: string | undefined;

  constructor(
    private readonly redis: RedisClient,
    /** The connection that reads what is pushed. */
    private readonly reader: RedisClient,
  ) {
    redis.defineCommand('orkestraConnected', { lua: CONNECTED });
  }

  /** Shows from now on that the process of this id is connected, whenever it is. */
  show(processId: string) {
    this.own = processId;
    const subscribe = () => void this.reader.ssubscribe(lifelineKey(processId)).catch(() => undefined);
    this.reader.on('ready', subscribe);
    subscribe();
  }

  /** Those of the processes that are connected. */
  async of(processIds: readonly string[]): Promise<Set<string>> {
    if (processIds.length === 0) return new Set();
    const { orkestraConnected } = this.redis as unknown as ConnectedCommand;
    const counts = await orkestraConnected.call(
      this.redis,
      processIds.length,
      ...processIds.map(lifelineKey),
    );
    return new Set(processIds.filter((_, i) => Number(counts[2 * i + 1]) > 0));
  }
}

/** KEYS: lifelines. A script, so that a Cluster is asked where they are. Returns each with the number of its subscribers. */
const CONNECTED = `return redis.call('PUBSUB', 'SHARDNUMSUB', unpack(KEYS))`;

interface ConnectedCommand {
  orkestraConnected(count: number, ...lifelines: string[]): Promise<(string | number)[]>;
}
