import type { Transcript } from './engine.ts';
import type { DeepgramResults } from './deepgram-messages.ts';

/** The words of a stream, put together from its results: those that are final, then those that may still change. */
export class DeepgramTranscript {
  /** End of the audio that has been heard, s. */
  heardUntil = 0;
  private readonly settled: { text: string; confidence: number }[] = [];
  private interim = '';

  take({ start, duration, is_final, channel }: DeepgramResults) {
    const { transcript, confidence } = channel.alternatives[0]!;
    this.heardUntil = Math.max(this.heardUntil, start + duration);
    if (!is_final) {
      this.interim = transcript;
      return;
    }
    this.interim = '';
    if (transcript !== '') this.settled.push({ text: transcript, confidence });
  }

  get text(): string {
    return [...this.settled.map(({ text }) => text), this.interim].filter(Boolean).join(' ');
  }

  /** The confidence is that of the least certain part. */
  get result(): Transcript {
    const confidences = this.settled.map(({ confidence }) => confidence);
    return confidences.length > 0
      ? { text: this.text, confidence: Math.min(...confidences) }
      : { text: this.text };
  }
}
