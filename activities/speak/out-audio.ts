import { bytesPerMs, type MediaFormat } from '../../audio/format.ts';
import type { AudioChunk, OutHeader } from '../../stream/audio-chunk.ts';
import type { CallStream } from '../../stream/call-stream.ts';

/** Longest audio of one stream entry, ms. */
const CHUNK_MS = 1_000;

/** Puts the audio of one utterance on the call's stream, in order. */
export class OutAudio {
  /** ms of audio that have been put there. */
  sentMs = 0;

  constructor(
    private readonly stream: CallStream,
    private readonly of: Pick<OutHeader, 'utterance' | 'turn' | 'revision' | 'attempt'>,
    private readonly format: MediaFormat,
  ) {}

  /**
   * Sends one sentence as its pieces come; each piece is held back until the next shows that it was not the last,
   * so that the last chunk can say so. Once `signal` aborts, nothing more is sent.
   */
  async sentence(
    index: number,
    text: string,
    pieces: AsyncIterable<Uint8Array>,
    /** Asked as each piece goes out: whether its sentence is the last, and what the first piece took, ms. */
    about: { isLast(): boolean; firstMs(): number | undefined },
    signal: AbortSignal,
  ) {
    let first = true;
    const send = async (audio: Uint8Array, last: boolean) => {
      const chunks = this.chunks(index, first ? text : undefined, audio, last, last && about.isLast());
      if (first) chunks[0]!.header.engineMs = about.firstMs();
      first = false;
      this.sentMs += audio.length / bytesPerMs(this.format);
      await this.stream.sendOut(chunks);
    };
    let held: Uint8Array | undefined;
    let early = false;
    for await (const piece of pieces) {
      if (signal.aborted) return;
      // The very first piece goes out at once: the caller waits for it.
      if (first) {
        await send(piece, false);
        early = true;
        continue;
      }
      if (held) await send(held, false);
      held = piece;
    }
    if (signal.aborted) return;
    if (held || early) await send(held ?? new Uint8Array(), true);
  }

  /** Says that no more is to come, after the last sentence has gone out. */
  async end(sentences: number) {
    await this.stream.sendOut(this.chunks(sentences, undefined, new Uint8Array(), true, true));
  }

  private chunks(
    sentence: number,
    text: string | undefined,
    audio: Uint8Array,
    lastOfSentence: boolean,
    lastOfUtterance: boolean,
  ): AudioChunk<OutHeader>[] {
    const size = CHUNK_MS * bytesPerMs(this.format);
    const count = Math.max(1, Math.ceil(audio.length / size));
    return Array.from({ length: count }, (_, i) => ({
      header: {
        ...this.of,
        sentence,
        text: i === 0 ? text : undefined,
        lastOfSentence: lastOfSentence && i === count - 1,
        lastOfUtterance: lastOfUtterance && i === count - 1,
        format: this.format,
      },
      audio: Buffer.from(audio.subarray(i * size, (i + 1) * size)),
    }));
  }
}
