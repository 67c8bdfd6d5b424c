/** What an interruption acts on. */
export interface Interruptible {
  /** Stops what is being played, and drops what waits behind it. */
  interrupt(): void;
  /** The caller has said something since: replies to turns before this one are void. */
  supersede(turn: number): void;
  /** Plays what waits, if it may. */
  advance(): void;
}

/**
 * Decides what the caller's voice does to the bot's. Speech stops what is being played at once. Of what waits to be
 * played nothing is lost yet, since the sound may be a cough: that is decided by the words, once they are known.
 */
export class BargeIn {
  private speaking = false;

  constructor(
    private readonly allowed: boolean,
    private readonly playback: Interruptible,
  ) {}

  onSpeechStarted() {
    this.speaking = true;
    if (this.allowed) this.playback.interrupt();
  }

  onSpeechStopped() {
    this.speaking = false;
    this.playback.advance();
  }

  onTyped() {
    if (this.allowed) this.playback.interrupt();
  }

  /** Words of this turn were understood. */
  onWords(turn: number) {
    if (this.allowed) this.playback.supersede(turn);
  }

  /** Whether the bot may begin to speak. */
  mayStart(): boolean {
    return !this.allowed || !this.speaking;
  }
}
