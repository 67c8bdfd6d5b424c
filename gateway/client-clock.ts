import { now } from '../stream/call-stream.ts';

/**
 * Of the lag of marks, this may be the way there and back, ms: audio that is under way is still heard, as the `clear` is
 * under way as long. What is more is audio that the client buffers. And what marks may be late beyond their usual lag.
 */
const WAY_MS = 150;
const JITTER_MS = 300;
/** Of so many latest marks the promptest tells how far behind the client is: one alone may be late by chance. */
const LATEST_MARKS = 3;

/** How far the caller's client is with the audio that was sent to it: to the frame where it echoes marks, by the clock where it does not. */
export class ClientClock {
  /** When all that was sent will have been played, by the clock. */
  endsAt = now();
  /** Marks that have not come back, with the bytes of the utterance before each, and when it was due by the clock. */
  private marks: { name: string; position: number; due: number }[] = [];
  /** How late the latest marks came back, ms: of a client that has stalled, all that follow are. */
  private lags: number[] = [];
  private echoes = false;
  /** How long after the clock marks came back at the soonest, ms: the way there and back, and what the client buffers. */
  private usualLag = Infinity;

  /** `rate`: bytes a ms. */
  constructor(private readonly rate: number) {}

  /** Nothing is under way to the client any more. */
  restart() {
    Object.assign(this, { endsAt: now(), marks: [], lags: [] });
  }

  /** So many `bytes` go out, and a mark behind them, `position` bytes into the utterance. Returns when they are heard from. */
  sent(name: string, bytes: number, position: number): number {
    const startsAt = Math.max(this.endsAt, now());
    this.endsAt = startsAt + bytes / this.rate;
    this.marks.push({ name, position, due: this.endsAt });
    return startsAt;
  }

  /** A mark came back. True where no other is under way. */
  onMark(name: string): boolean {
    const place = this.marks.findIndex((mark) => mark.name === name);
    // Marks of what was cleared come back as well, and mean nothing.
    if (place === -1) return false;
    this.echoes = true;
    const lag = Math.max(0, now() - this.marks[place]!.due);
    this.usualLag = Math.min(this.usualLag, lag);
    this.lags = [...this.lags, lag].slice(-LATEST_MARKS);
    this.marks.splice(0, place + 1);
    return this.marks.length === 0;
  }

  /** Whether the client will say that it has played all. */
  get awaitsMark(): boolean {
    return this.echoes && this.marks.length > 0;
  }

  /** How much was heard of an utterance of which `taken` bytes were sent: by the clock, less what the client is behind it. */
  heardOf(taken: number): number {
    const byClock = taken - Math.max(0, this.endsAt - now()) * this.rate;
    const [next] = this.marks;
    if (!this.echoes || !next) return byClock;
    const lag = this.lags.length > 0 ? Math.min(...this.lags) : this.usualLag;
    const overdue = now() - next.due - lag;
    const isLate = overdue > JITTER_MS;
    const behind = lag - Math.min(WAY_MS, this.usualLag) + (isLate ? overdue : 0);
    const byMarks = byClock - behind * this.rate;
    return isLate ? Math.min(byMarks, next.position) : byMarks;
  }
}
