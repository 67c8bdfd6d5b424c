import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from '../../cli/caller.ts';
import type { CallEvent } from '../../stream/events.ts';
import { percentile } from '../statistics.ts';
import { Fault } from './door.ts';

/** What the scripted model says to everything. */
const REPLY = 'Your balance is forty two dollars. Anything else I can help with?';
/** A reply that has not begun by then is none, ms: how long it takes is told, and up to the machine. */
const REPLY_MS = 60_000;
const PAUSE_MS = 200;

/** A caller with good manners, beside whatever else goes on: types, hears the reply, and types again. */
export class HealthyCall {
  private readonly waits: number[] = [];
  private readonly started = new Map<string, number>();
  private readonly ended = new Map<string, string>();
  private turns = 0;
  private over = false;
  private talking!: Promise<void>;
  private caller!: Caller;

  static async begin(gatewayUrl: string, session: string): Promise<HealthyCall> {
    const call = new HealthyCall();
    call.caller = await Caller.connect(gatewayUrl, (event) => call.onEvent(event));
    await call.caller.start({ session, settings: { cache: false, maxCallMs: 86_400_000 } });
    await call.until(() => call.ended.has('greeting'), 'the greeting');
    call.talking = call.talk();
    call.talking.catch(() => undefined);
    return call;
  }

  /** Hangs up; how the call went. Throws Fault where a turn went wrong. */
  async end(): Promise<string> {
    this.over = true;
    await this.talking;
    await this.caller.hangUp();
    const ms = (p: number) => `${percentile(this.waits, p).toFixed(0)} ms`;
    return `The healthy call beside them: ${this.turns} turns, all answered rightly; typed to spoken p50 ${ms(0.5)}, p95 ${ms(0.95)}, most ${ms(1)}`;
  }

  private async talk() {
    while (!this.over) {
      this.turns += 1;
      const reply = `reply-${this.turns}`;
      const typedAt = performance.now();
      this.caller.type(`Question ${this.turns}`);
      await this.until(() => this.started.has(reply), `the beginning of ${reply}`);
      this.waits.push(this.started.get(reply)! - typedAt);
      await this.until(() => this.ended.has(reply), `the end of ${reply}`);
      const heard = this.ended.get(reply)!;
      if (heard !== REPLY) throw new Fault(`the healthy call heard ${JSON.stringify(heard)} as ${reply}`);
      await sleep(PAUSE_MS);
    }
  }

  private onEvent(event: CallEvent) {
    if (event.type === 'playback.started') this.started.set(event.utterance, performance.now());
    else if (event.type === 'playback.ended') this.ended.set(event.utterance, event.heard);
  }

  private async until(holds: () => boolean, what: string) {
    const late = performance.now() + REPLY_MS;
    let reason: string | undefined;
    void this.caller.ended.then((why) => (reason = why));
    while (!holds()) {
      if (reason !== undefined) throw new Fault(`the healthy call was ended: ${reason}`);
      if (performance.now() > late) throw new Fault(`the healthy call waits in vain for ${what}`);
      await sleep(10);
    }
  }
}
