import { CallStream } from '../stream/call-stream.ts';
import type { CallEvent, Placed } from '../stream/events.ts';
import { StreamHub } from '../stream/hub.ts';
import { statusOf } from './call-workflow.ts';
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
  /** Told of entries that can't be read, and of a Redis that is away for a while. */
  note(problem: string): void;
}

/** Shows the events of a call that are kept, then those to come. Throws CliError where Redis is not there. */
export async function followCall(
  places: Places,
  temporal: TemporalAccess,
  { session, live, signal, show, note }: Following,
): Promise<void> {
  // The hub would wait for a Redis that is away; a user should not.
  const { redis } = await openRedis(places.config.redis);
  redis.disconnect();
  let lastProblem = '';
  const hub = new StreamHub(places.config.redis, ({ message }) => {
    // Each attempt to reconnect fails alike.
    if (message !== lastProblem) note(`Redis is away: ${message}`);
    lastProblem = message;
  });
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
        statusOf(temporal, session).then(
          (status) => (status === 'running' ? undefined : resolve()),
          // Temporal may be away for a while; the stream goes on without it.
          () => undefined,
        );
      }, STATUS_EVERY_MS);
    });
  } finally {
    clearInterval(poll);
    await hub.close();
  }
}
