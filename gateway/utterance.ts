import type { OutHeader } from '../stream/audio-chunk.ts';
import type { SpokenSentence } from './heard.ts';

interface Sentence extends SpokenSentence {
  index: number;
  audio: Buffer;
  /** Bytes that the newest attempt has delivered: a new attempt says the sentence again from its start. */
  arrived: number;
  /** Bytes that have been taken for playing. */
  taken: number;
}

/** Something the bot says, as its audio arrives and is taken for playing, in the format of the caller's socket. */
export class Utterance {
  readonly sentences: Sentence[] = [];
  /** All of it has arrived. */
  complete = false;
  /** Bytes taken for playing. */
  taken = 0;
  /** Bytes that arrived. */
  bytes = 0;
  private attempt = 0;
  private reading = 0;

  constructor(
    readonly name: string,
    /** The turn it answers and the hearing of it, for a reply. */
    readonly turn: number | undefined,
    readonly revision: number | undefined,
  ) {}

  /**
   * Adds a chunk. Of a sentence that a former attempt began, only what that attempt did not deliver is added:
   * the caller hears nothing twice.
   */
  add(header: OutHeader, audio: Buffer) {
    if (this.complete) return;
    if (header.attempt > this.attempt) {
      this.attempt = header.attempt;
      for (const sentence of this.sentences) sentence.arrived = 0;
    }
    const sentence = this.sentence(header, audio);
    if (sentence) {
      const known = Math.max(0, sentence.audio.length - sentence.arrived);
      sentence.arrived += audio.length;
      if (!sentence.done) this.append(sentence, audio.subarray(known));
      if (header.lastOfSentence) sentence.done = true;
    }
    if (header.lastOfUtterance) {
      this.complete = true;
      for (const each of this.sentences) each.done = true;
    }
  }

  /** The next audio to play, within one sentence, at most so many bytes; undefined where none is here yet. */
  take(limit: number): Buffer | undefined {
    for (; this.reading < this.sentences.length; this.reading++) {
      const sentence = this.sentences[this.reading]!;
      if (sentence.taken < sentence.audio.length) {
        const part = sentence.audio.subarray(sentence.taken, sentence.taken + limit);
        sentence.taken += part.length;
        this.taken += part.length;
        return part;
      }
      if (!sentence.done) return undefined;
    }
    return undefined;
  }

  /** Goes ahead, so that what comes next is the audio from this byte on, of what has arrived. */
  skip(to: number) {
    let left = to;
    for (const sentence of this.sentences) {
      sentence.taken = Math.min(sentence.audio.length, left);
      left -= sentence.taken;
    }
    this.taken = to - left;
    this.reading = 0;
  }

  /** Goes back, so that what comes next is the audio from this byte on. */
  rewind(to: number) {
    let left = to;
    for (const sentence of this.sentences) {
      sentence.taken = Math.min(sentence.taken, left);
      left -= sentence.taken;
    }
    this.taken = to;
    this.reading = 0;
  }

  get text(): string {
    return this.sentences
      .map((sentence) => sentence.text)
      .filter(Boolean)
      .join(' ');
  }

  private sentence({ sentence: index, text }: OutHeader, audio: Buffer): Sentence | undefined {
    const known = this.sentences.find((sentence) => sentence.index === index);
    if (known) {
      if (text !== undefined && text !== known.text && known.taken === 0) this.rewrite(known, text);
      return known;
    }
    // The chunk that ends an utterance may belong to no sentence.
    if (audio.length === 0 && text === undefined) return undefined;
    const last = this.sentences.at(-1);
    if (last && last.index > index) return undefined;
    if (last) last.done = true;
    const sentence = { index, text: text ?? '', audio: EMPTY, arrived: 0, taken: 0, done: false };
    this.sentences.push(sentence);
    return sentence;
  }

  /** A new attempt found other words for a sentence of which nothing has been played. */
  private rewrite(sentence: Sentence, text: string) {
    this.bytes -= sentence.audio.length;
    Object.assign(sentence, { text, audio: EMPTY, arrived: 0, done: false });
  }

  private append(sentence: Sentence, audio: Buffer) {
    sentence.audio = sentence.audio.length === 0 ? audio : Buffer.concat([sentence.audio, audio]);
    this.bytes += audio.length;
  }
}

const EMPTY = Buffer.alloc(0);
