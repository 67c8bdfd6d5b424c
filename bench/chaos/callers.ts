import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLog } from './caller/call-log.ts';
import { ChaosCaller, type Moment } from './caller/caller.ts';
import type { Gatherer } from './checks/gather.ts';
import type { Evidence } from './checks/evidence.ts';
import type { Fault } from './faults/fault.ts';
import type { Platform } from './platform.ts';
import type { Random } from './random.ts';

/** Lines of one call. */
const LINES = 5;
/** The first calls begin so far apart, ms. */
const APART_MS = 200;
/** Between an answer and a caller's next words, ms, where the fault says nothing else: so many turns are under way. */
const PAUSE_MS = { least: 100, most: 500 };
/** Calls that are read at once. */
const READERS = 8;
/** The words end a turn as soon as the voice detector says that the caller has stopped. */
const SETTINGS = { 'set.endpointingMs': '0', 'set.endpointingMaxMs': '0', 'set.idlePromptMs': '60000' };
const MOMENTS: readonly Moment[] = ['speaking', 'waiting', 'listening'];
/** Up to so long after a moment began does a fault strike, ms. */
const WITHIN_MS: Record<Moment, number> = { speaking: 900, waiting: 250, listening: 3_000, idle: 400 };
/** A caller who does not come to the moment that was drawn is not waited for longer, ms. */
const MOMENT_MS = 10_000;
const LOOK_MS = 5;

/** So many calls in progress at once: where one ends, the next begins. */
export class Callers {
  private readonly present = new Map<number, ChaosCaller>();
  private readonly slots: Promise<void>[] = [];
  private readonly logs: CallLog[] = [];
  private calls = 0;
  private stopping = false;

  constructor(
    private readonly platform: Platform,
    private readonly gatherer: Gatherer,
    private readonly fault: Fault,
    private readonly random: Random,
    /** Names the calls of this fault. */
    private readonly run: string,
  ) {}

  /** Has so many call, five more a second; resolves when all do. */
  async start(count: number): Promise<void> {
    for (let slot = 0; slot < count; slot++) {
      this.slots.push(this.keepCalling(slot));
      await sleep(APART_MS);
    }
  }

  /** Resolves when the calls in progress have come to their ends, and all is known of them. */
  async stop(): Promise<Evidence[]> {
    this.stopping = true;
    await Promise.all(this.slots);
    return this.gather();
  }

  /** Resolves a random while after the next call, from a random one on, has come to a random moment: by the seed. */
  async moment(random: Random): Promise<void> {
    const [first, moment] = [random.below(this.slots.length), random.pick(MOMENTS)];
    const wait = random.next() * WITHIN_MS[moment];
    const deadline = Date.now() + MOMENT_MS;
    const near = [first, first + 1, first + 2].map((slot) => slot % this.slots.length);
    const isThere = () => near.some((slot) => this.present.get(slot)?.moment === moment);
    while (!isThere() && Date.now() < deadline) await sleep(LOOK_MS);
    await sleep(wait);
  }

  private async keepCalling(slot: number) {
    const { least, most } = this.fault.pauseMs ?? PAUSE_MS;
    while (!this.stopping) {
      const call = (this.calls += 1);
      const random = this.random.fork(`call ${call}`);
      const caller = new ChaosCaller({
        session: `${this.run}-${call}`,
        call,
        lines: LINES,
        gateways: () => this.platform.gateways,
        gateway: call,
        parameters: SETTINGS,
        pauseMs: () => least + random.next() * (most - least),
        doubles: () => this.fault.doublesFrames === true && random.next() < 0.2,
      });
      this.present.set(slot, caller);
      this.logs.push(await caller.run());
    }
    this.present.delete(slot);
  }

  /** Afterwards: to read histories takes as much of the machine as a worker does. */
  private async gather(): Promise<Evidence[]> {
    const left = this.logs.entries();
    const evidence: Evidence[] = [];
    const reader = async () => {
      for (const [place, log] of left) {
        evidence[place] = await this.gatherer.gather(log, this.fault.emptiesRedis !== true);
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    return evidence;
  }
}
