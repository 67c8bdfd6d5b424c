/** What is going on in the call, as far as silence is concerned. */
type Activity = 'speech' | 'keys' | 'playback';

/**
 * Tells when nobody has said anything for a while: neither the caller, nor the bot, while the caller is there.
 * Calls `onIdle` once that lasts `idleMs`, and `onGone` once the caller has been away for `goneMs`.
 */
export class IdleWatch {
  private readonly active = new Set<Activity>();

  constructor(
    private readonly timers: {
      after(ms: number, name: string, act: () => void): void;
      clear(name: string): void;
    },
    private readonly limits: { idleMs: number; goneMs: number },
    private readonly on: { idle(): void; gone(): void },
    private connected: boolean,
  ) {
    this.arm();
  }

  set(activity: Activity, going: boolean) {
    if (going) this.active.add(activity);
    else this.active.delete(activity);
    this.arm();
  }

  setConnected(connected: boolean) {
    this.connected = connected;
    // Whatever was being played or said went down with the connection.
    if (!connected) this.active.clear();
    this.arm();
  }

  private arm() {
    if (this.connected) {
      this.timers.clear('gone');
      if (this.active.size === 0) this.timers.after(this.limits.idleMs, 'idle', this.on.idle);
      else this.timers.clear('idle');
    } else {
      this.timers.clear('idle');
      this.timers.after(this.limits.goneMs, 'gone', this.on.gone);
    }
  }
}
