import { setTimeout } from 'node:timers/promises';
import type { RedisClient } from '../stream/connection.ts';
import { admittedKey, formatKey } from '../stream/keys.ts';
import type { Delays, LoadMeter } from './load-meter.ts';
import { letIn } from './room.ts';

/** Why a new call is not taken: `full` and the delays by this gateway's own measure, `workers` where a role is missing. */
export type Busy = 'full' | keyof Delays | 'workers';

/** What the caller's client is told; the log and the metrics say which part is slow. */
export const busyWords: Record<Busy, string> = {
  full: 'all lines are busy; call again in a minute',
  'event-loop': 'all lines are busy; call again in a minute',
  redis: 'all lines are busy; call again in a minute',
  starts: 'all lines are busy; call again in a minute',
  replies: 'all lines are busy; call again in a minute',
  workers: 'a part of the service is away; call again in a minute',
};

/** A start goes through Temporal: it may take so many times what a reply may. */
const STEPS_OF_A_START = 5;
/** How long Redis may take to say whether a caller comes back, ms. */
const KNOWN_MS = 500;
/** A telephone call that was let in has this long to open its stream, ms; its place is kept. */
const PROMISE_MS = 10_000;

export interface AdmissionDeps {
  redis: RedisClient;
  meter: LoadMeter;
  /** Calls that this process carries at once. */
  callers: number;
  /** The delay beyond which no new call is taken, ms. */
  slowMs: number;
  /** Roles without which no call can be served and of which no worker has been there for some time. */
  missingRoles?: () => readonly string[];
}

/**
 * Lets a new call in where it can be served well, and sends it away at once where it can't: those in progress keep
 * their latency. A caller who comes back to a call in progress is always let in.
 */
export class Admission {
  /** A connection each. */
  private readonly calls = new Set<object>();
  /** Calls whose telephone was told to open a stream, and until when their place is kept. */
  private readonly promised = new Map<string, number>();

  constructor(private readonly deps: AdmissionDeps) {}

  /** Why no new call would be taken now; undefined where one would. */
  busy(): Busy | undefined {
    const { callers, slowMs, meter, missingRoles } = this.deps;
    if (this.taken() >= callers) return 'full';
    if (missingRoles && missingRoles().length > 0) return 'workers';
    const delays = Object.entries(meter.delays()) as [keyof Delays, number][];
    return delays.find(([what, ms]) => ms > (what === 'starts' ? STEPS_OF_A_START : 1) * slowMs)?.[0];
  }

  /** Why this call is not taken now, unless `isKnown`; its telephone's stream always is. */
  refusal(session: string): Busy | undefined {
    return this.promised.has(session) ? undefined : this.busy();
  }

  /** Counts a call for as long as this connection of it lasts. */
  add(session: string, connection: object) {
    this.promised.delete(session);
    this.calls.add(connection);
  }

  remove(connection: object) {
    this.calls.delete(connection);
  }

  /** Keeps a place for a telephone call until its stream comes, to this gateway or another; or says why not. */
  promise(session: string): Busy | undefined {
    const busy = this.busy();
    if (busy) return busy;
    this.promised.set(session, performance.now() + PROMISE_MS);
    letIn(this.deps.redis, session).catch(() => undefined);
    return undefined;
  }

  /** Whether this call was let in before. A Redis that does not answer knows of none. */
  async isKnown(session: string): Promise<boolean> {
    const asked = this.deps.redis.exists(formatKey(session), admittedKey(session)).catch(() => 0);
    const late = setTimeout(KNOWN_MS, 0, { ref: false });
    return (await Promise.race([asked, late])) > 0;
  }

  /** As health tells it. */
  describe(): string {
    const busy = this.busy();
    return `${this.calls.size} of ${this.deps.callers} calls; ${busy ? `takes no new one: ${busy}` : 'takes new ones'}`;
  }

  private taken(): number {
    const time = performance.now();
    for (const [session, until] of this.promised) if (until < time) this.promised.delete(session);
    return this.calls.size + this.promised.size;
  }
}
