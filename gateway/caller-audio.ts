import { bytesPerMs, type MediaFormat } from '../audio/format.ts';
import type { InHeader } from '../stream/audio-chunk.ts';

/** Audio before the first speech frame that goes along: the soft beginning of a word, ms. */
const PREROLL_MS = 300;
const CHUNK_MS = 100;
/** What is remembered, ms: the pre-roll, and what the voice detector takes to notice. */
const MEMORY_MS = 2_000;

/** Passes the caller's audio on around speech only, in chunks, with its position. */
export class CallerAudio {
  private readonly rate: number;
  private readonly memory: Buffer;
  private readonly chunkBytes: number;
  /** Bytes since the caller's first frame: taken in, and passed on or let go. */
  private written = 0;
  private sent = 0;
  private open = false;

  constructor(
    private readonly format: MediaFormat,
    private readonly send: (header: InHeader, audio: Uint8Array) => void,
  ) {
    this.rate = bytesPerMs(format);
    this.memory = Buffer.alloc(MEMORY_MS * this.rate);
    this.chunkBytes = CHUNK_MS * this.rate;
  }

  write(audio: Uint8Array) {
    // In pieces, so that what is to be sent leaves the memory before it is written over.
    for (let from = 0; from < audio.length; from += this.chunkBytes) {
      this.remember(audio.subarray(from, from + this.chunkBytes));
      if (this.open) this.sendWhile(this.chunkBytes);
    }
  }

  /** Speech began at this position, ms. */
  start(audioMs: number) {
    const from = Math.max(0, audioMs - PREROLL_MS) * this.rate;
    this.sent = Math.max(this.sent, from, this.written - this.memory.length);
    this.open = true;
    this.sendWhile(this.chunkBytes);
  }

  /** Speech is over: passes on what is left of it. */
  stop() {
    this.sendWhile(1);
    this.open = false;
  }

  private remember(piece: Uint8Array) {
    const at = this.written % this.memory.length;
    this.memory.set(piece.subarray(0, this.memory.length - at), at);
    this.memory.set(piece.subarray(this.memory.length - at), 0);
    this.written += piece.length;
  }

  private sendWhile(atLeast: number) {
    while (this.written - this.sent >= atLeast) {
      const length = Math.min(this.chunkBytes, this.written - this.sent);
      this.send({ audioMs: this.sent / this.rate, format: this.format }, this.recall(length));
      this.sent += length;
    }
  }

  private recall(length: number): Uint8Array {
    const at = this.sent % this.memory.length;
    const end = at + length;
    if (end <= this.memory.length) return this.memory.subarray(at, end);
    return Buffer.concat([this.memory.subarray(at), this.memory.subarray(0, end - this.memory.length)]);
  }
}
