import { type CallEvent, replyUtterance } from '../stream/events.ts';

/** Follows a call's events to know when it is the caller's turn to speak. */
export class TurnTaking {
  greeted = false;
  over = false;
  /** The latest turn of which the final transcript is known. */
  turn = 0;
  /** The caller has been heard to speak, and what they said is not known yet. */
  private hearing = false;
  /** What the bot is saying now. */
  private readonly sounding = new Set<string>();
  private readonly heard = new Set<string>();
  private readonly waiting = new Set<() => void>();

  add(event: CallEvent) {
    switch (event.type) {
      case 'speech.started':
        this.hearing = true;
        break;
      case 'turn.final':
        this.hearing = false;
        this.turn = Math.max(this.turn, event.turn);
        break;
      case 'turn.ignored':
        this.hearing = false;
        break;
      case 'playback.started':
        this.sounding.add(event.utterance);
        break;
      case 'playback.ended':
        this.sounding.delete(event.utterance);
        this.heard.add(event.utterance);
        this.greeted = true;
        break;
      case 'call.ended':
        this.over = true;
        break;
    }
    for (const check of this.waiting) check();
  }

  /** The call is over, whether the stream said so or the connection broke. */
  end() {
    this.over = true;
    for (const check of this.waiting) check();
  }

  get isSounding(): boolean {
    return this.sounding.size > 0;
  }

  /** Whether all that the caller said after turn `before` has been understood, and the bot has said its part. */
  isDoneSince(before: number): boolean {
    const responded = this.hasAnswered(this.turn) || this.heard.has(`apology-${this.turn}`);
    return this.turn > before && !this.hearing && !this.isSounding && responded;
  }

  /** Whether the reply to what the caller said after turn `before` is being spoken, or has been. */
  isReplyingSince(before: number): boolean {
    return (
      this.turn > before && (this.sounding.has(replyUtterance(this.turn)) || this.hasAnswered(this.turn))
    );
  }

  /** Whether the reply to a turn has been heard, to its end or to an interruption. */
  hasAnswered(turn: number): boolean {
    return this.heard.has(replyUtterance(turn));
  }

  /** Waits until `holds`, at most `ms`; returns whether it did. The end of the call ends the wait, too. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const stop = (held: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(held);
      };
      const check = () => {
        const held = holds();
        if (held || this.over) stop(held);
      };
      const timer = setTimeout(() => stop(false), ms);
      this.waiting.add(check);
      check();
    });
  }
}
