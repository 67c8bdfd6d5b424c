import { type FileHandle, open } from 'node:fs/promises';
import type { MediaFormat } from '../../audio/format.ts';

/** One side of a call, laid out in a file sample by sample; what is not written is silence. */
export class Side {
  /** Samples. */
  length = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly sampleRate: MediaFormat['sampleRate'],
    private readonly mostSamples: number,
  ) {}

  static async open(path: string, sampleRate: MediaFormat['sampleRate'], longestMs: number): Promise<Side> {
    return new Side(await open(path, 'w+'), sampleRate, (longestMs * sampleRate) / 1_000);
  }

  /** Lays 16-bit audio at this sample; what would lie before the first or after the longest is left out. */
  async lay(at: number, audio: Buffer): Promise<void> {
    const skipped = Math.min(audio.length, Math.max(0, -at) * 2);
    const part = audio.subarray(skipped);
    const from = Math.max(0, at);
    if (part.length === 0 || from + part.length / 2 > this.mostSamples) return;
    await this.file.write(part, 0, part.length, from * 2);
    this.length = Math.max(this.length, from + Math.floor(part.length / 2));
  }

  /** So many samples from this one on. */
  async read(from: number, count: number): Promise<Int16Array> {
    const samples = new Int16Array(count);
    await this.file.read(new Uint8Array(samples.buffer), 0, samples.byteLength, from * 2);
    return samples;
  }

  close = () => this.file.close();
}
