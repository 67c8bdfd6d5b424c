import type { Utterance } from './utterance.ts';

/** What may happen to an utterance whose turn it is: it is played, waits for the caller, or is never played. */
export type Verdict = 'play' | 'wait' | 'cut';

/** What an interruption acts on. */
export interface Interruptible {
  /** Stops what is being played, and drops what waits behind it. */
  interrupt(): void;
  /** Asks again for the verdict on what waits. */
  advance(): void;
}

/** Decides what the caller's voice does to the bot's. */
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

  /** A reply that comes when the caller speaks again answers what is past; anything else can wait. */
  verdict(utterance: Utterance): Verdict {
    if (!this.allowed || !this.speaking) return 'play';
    return utterance.turn === undefined ? 'wait' : 'cut';
  }
}
