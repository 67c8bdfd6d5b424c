import type { MediaFormat } from '../audio/format.ts';
import { now } from '../stream/call-stream.ts';
import type { CallEvent } from '../stream/events.ts';
import type { StreamHub } from '../stream/hub.ts';
import { formatKey, streamTtlMs } from '../stream/keys.ts';
import type { BoundedWrites } from './bounded-writes.ts';

/** How often it is looked whether Redis still knows of the caller, ms; also when they begin to speak. */
const REMIND_MS = 5_000;

export interface PresenceDeps {
  session: string;
  /** This connection among all that the caller may have made. */
  connection: string;
  format: MediaFormat;
  hub: StreamHub;
  writes: BoundedWrites;
  emit(event: CallEvent): void;
}

/** What the stages of a call need to know of its caller, those that start later too. */
export class Presence {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: PresenceDeps) {}

  announce() {
    this.tell();
    this.timer = setInterval(() => this.remind(), REMIND_MS);
  }

  /** Tells it again where Redis was emptied meanwhile: the bot would have no voice for the rest of the call. */
  remind() {
    const { session, hub, writes } = this.deps;
    writes.write('event', async () => {
      const known = await hub.redis.pexpire(formatKey(session), streamTtlMs);
      if (known === 0) this.tell(true);
    });
  }

  close() {
    clearInterval(this.timer);
  }

  private tell(again?: boolean) {
    const { session, connection, format, hub, writes, emit } = this.deps;
    const value = JSON.stringify(format);
    writes.write('event', () => hub.redis.set(formatKey(session), value, 'PX', streamTtlMs));
    const gateway = hub.lifelines.own;
    emit({ type: 'caller.connected', at: now(), connection, gateway, format, again });
  }
}
