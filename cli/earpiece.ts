/**
 * The earpiece of a caller: audio that came ahead of time waits here and is heard frame by frame. What is
 * cleared before it is heard never was.
 */
export class Earpiece {
  private readonly waiting: (Int16Array | string)[] = [];
  /** Samples that wait to be heard. */
  queued = 0;

  enqueue(samples: Int16Array) {
    if (samples.length === 0) return;
    this.waiting.push(samples);
    this.queued += samples.length;
  }

  /** A mark is reached when all that was enqueued before it has been heard. */
  mark(name: string) {
    this.waiting.push(name);
  }

  /** Drops what has not been heard, marks included. */
  clear() {
    this.waiting.length = 0;
    this.queued = 0;
  }

  /** The next frame, `length` samples, silence where nothing waits; and the marks that have been reached. */
  next(length: number): { frame: Int16Array; marks: string[] } {
    const frame = new Int16Array(length);
    const marks: string[] = [];
    let filled = 0;
    for (let head = this.waiting[0]; head !== undefined; head = this.waiting[0]) {
      if (typeof head === 'string') {
        marks.push(head);
        this.waiting.shift();
        continue;
      }
      if (filled === length) break;
      const part = head.subarray(0, length - filled);
      frame.set(part, filled);
      filled += part.length;
      if (part.length === head.length) this.waiting.shift();
      else this.waiting[0] = head.subarray(part.length);
    }
    this.queued -= filled;
    return { frame, marks };
  }
}
