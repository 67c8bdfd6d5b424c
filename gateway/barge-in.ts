/** What the caller's voice acts on. */
export interface Interruptible {
  /** Falls silent until `resume` or `interrupt`. */
  pause(): void;
  /** Goes on; `settled`: the caller's sound was no turn. */
  resume(settled: boolean): void;
  /** Stops what is being played, and drops what waits behind it. */
  interrupt(): void;
  /** The caller has said something since: replies to turns before this one are void, and what was paused for it. */
  supersede(turn: number): void;
  /** Plays what waits, if it may. */
  advance(): void;
}

/**
 * Speech as long as this is a turn, whatever the recogniser says of it, ms. Long on purpose: the bot is silent by
 * then anyway, and a fit of coughing, or a slow "I see, I see", should not cost the caller the rest of the answer.
 */
const LONG_SPEECH_MS = 2_200;
/** How long the recogniser may take to say what that was, ms; the bot goes on without its word then. */
const VERDICT_MS = 1_200;

/**
 * Decides what the caller's voice does to the bot's. Any speech silences the bot at once, but only for the moment: it
 * may be a cough. Words stop it for good; the verdict that there were none, or none to answer, lets it go on.
 */
export class BargeIn {
  private speaking = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private allowed: boolean,
    private readonly playback: Interruptible,
  ) {}

  /** Whether the caller may interrupt, from now on. */
  allow(allowed: boolean) {
    this.allowed = allowed;
    if (allowed) return;
    clearTimeout(this.timer);
    this.playback.resume(true);
  }

  onSpeechStarted() {
    this.speaking = true;
    if (!this.allowed) return;
    this.playback.pause();
    this.after(LONG_SPEECH_MS, () => this.playback.interrupt());
  }

  onSpeechStopped() {
    this.speaking = false;
    if (!this.allowed) return this.playback.advance();
    this.after(VERDICT_MS, () => this.playback.resume(false));
    this.playback.advance();
  }

  onTyped() {
    if (this.allowed) this.playback.interrupt();
  }

  /** Words of this turn were understood. */
  onWords(turn: number) {
    if (this.allowed) this.playback.supersede(turn);
  }

  /** What was heard last was no turn. */
  onIgnored() {
    // The caller has gone on since: the next verdict is of all that.
    if (this.speaking || !this.allowed) return;
    clearTimeout(this.timer);
    this.playback.resume(true);
  }

  /** Whether the bot may begin to speak. */
  mayStart(): boolean {
    return !this.allowed || !this.speaking;
  }

  close() {
    clearTimeout(this.timer);
  }

  private after(ms: number, act: () => void) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }
}
