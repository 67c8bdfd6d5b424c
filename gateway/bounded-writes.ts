import type { GatewayMetrics } from './metrics.ts';
import type { QuietLog } from './quiet-log.ts';

/** What a caller's connection writes to their call's stream, never more at once than `limit` pieces of audio. */
export class BoundedWrites {
  private unwritten = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly limit: number,
    private readonly metrics: GatewayMetrics,
    private readonly log: QuietLog,
  ) {}

  /** Resolves when what was written last is in the stream, or can't be. */
  get written(): Promise<unknown> {
    return this.last;
  }

  write(what: 'audio' | 'event', send: () => Promise<unknown>) {
    // Events are few and matter more: they have as much room again.
    const room = what === 'audio' ? this.limit : 2 * this.limit;
    if (this.unwritten >= room) {
      this.dropped(what);
      return;
    }
    this.unwritten++;
    this.last = send()
      .catch((error: Error) => this.log.warn({ reason: error.message }, 'could not write to the stream'))
      .finally(() => this.unwritten--);
  }

  /** Counts and tells what did not fit. */
  dropped(what: 'audio' | 'event' | 'playback') {
    this.metrics.dropped.inc({ what });
    this.log.warn({ what }, 'dropped a piece of a call to keep within bounds');
  }
}
