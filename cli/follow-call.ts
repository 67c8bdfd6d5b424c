import { CallStream } from '../stream/call-stream.ts';
import type { CallEvent, Placed } from '../stream/events.ts';
import { StreamHub } from '../stream/hub.ts';
import { type CallStatus, describeCall } from './call-workflow.ts';
import { openRedis } from './connect-redis.ts';
import type { TemporalAccess } from './connect-temporal.ts';
import type { Places } from './places.ts';

/** A call that was terminated says nothing on its stream: Temporal is asked this often, ms, whether it still runs. */
const STATUS_EVERY_MS = 3_000;

export interface Following {
  session: string;
  /** Whether to stay for what is still to come, until the call ends. */
  live: boolean;
  signal: AbortSignal;
  show(event: Placed<CallEvent>): void;
  /** What Temporal says of the call, each time that it is asked. */
  onStatus?(status: CallStatus): void;
  /** Told of entries that can't be read, and of a Redis or Temporal that is away for a while, or back. */
  note(problem: string): void;
}

/**
 * Shows the events of a call that are kept, then those to come. Redis and Temporal may go away meanwhile: what was
 * missed is shown when they are back. Throws CliError where Redis is not there to begin with.
 */
export async function followCall(
  places: Places,
  temporal: TemporalAccess,
  { session, live, signal, show, onStatus, note }: Following,
): Promise<void> {
  // The hub would wait for a Redis that is away; a user should not.
  const { redis } = await openRedis(places.config.redis);
  redis.disconnect();
  const redisState = new Absence('Redis', note);
  const temporalState = new Absence('Temporal', note);
  const hub = new StreamHub(places.config.redis, ({ message }) => redisState.away(message));
  hub.redis.on('ready', () => redisState.back());
  const stream = new CallStream(hub, session, (error) =>
    note(`an event could not be read: ${error.message}`),
  );
  let poll: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      const onEvent = (event: Placed<CallEvent>) => {
        show(event);
        if (event.type === 'call.ended') resolve();
      };
      stream.onEvents('0', onEvent).then(() => (live ? undefined : resolve()), reject);
      poll = setInterval(() => {
        describeCall(temporal, session).then(
          (status) => {
            temporalState.back();
            onStatus?.(status);
            if (status.status !== 'running') resolve();
          },
          // The stream goes on without it.
          () => temporalState.away('no answer'),
        );
      }, STATUS_EVERY_MS);
    });
  } finally {
    clearInterval(poll);
    await hub.close();
  }
}

/** Says once that a server is away, and once that it is back. */
class Absence {
  private isAway = false;

  constructor(
    private readonly name: string,
    private readonly note: (problem: string) => void,
  ) {}

  away(reason: string) {
    if (!this.isAway) this.note(`${this.name} is away (${reason || 'connection refused'}): waiting for it.`);
    this.isAway = true;
  }

  back() {
    if (this.isAway) this.note(`${this.name} is back.`);
    this.isAway = false;
  }
}
