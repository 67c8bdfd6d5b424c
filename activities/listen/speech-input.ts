import { toSamples } from '../../audio/format.ts';
import { Resampler } from '../../audio/resample.ts';
import type { SttEngine, SttStream, Transcript } from '../../engines/stt/engine.ts';
import type { AudioChunk, InHeader } from '../../stream/audio-chunk.ts';
import type { ListenInput } from '../types.ts';

/** Hz of what recognisers take. */
const STT_RATE = 16_000;

/** The caller's audio on its way into the recogniser: decoded, resampled, one stream for all of a turn's speech. */
export class SpeechInput {
  /** The last entry of the caller's audio that was taken in. */
  cursor: string;
  /** Audio that the recogniser was given, ms. */
  audioMs = 0;
  private stream: SttStream | undefined;
  private resampler: Resampler | undefined;

  constructor(
    private readonly engine: SttEngine,
    input: Pick<ListenInput, 'audioCursor' | 'settings'>,
    private readonly onPartial: (text: string) => void,
  ) {
    this.cursor = input.audioCursor;
    this.language = input.settings.language;
  }

  private readonly language: string;

  write({ id, header, audio }: AudioChunk<InHeader> & { id: string }) {
    this.cursor = id;
    const { sampleRate } = header.format;
    this.resampler ??= new Resampler(sampleRate, STT_RATE);
    this.stream ??= this.engine.open({ language: this.language, onPartial: this.onPartial });
    const samples = toSamples(header.format, audio);
    this.audioMs += (samples.length * 1_000) / sampleRate;
    this.stream.write(this.resampler.process(samples));
  }

  async finalize(): Promise<Transcript> {
    return (await this.stream?.finalize()) ?? { text: '' };
  }

  /** How much it sounds like a sign of listening; undefined where the recogniser can't tell, or fails to. */
  async listeningOdds(): Promise<number | undefined> {
    return this.stream?.listeningOdds?.().catch(() => undefined);
  }

  /** Forgets what came in so far: it was no speech. */
  reset() {
    this.stream?.close();
    this.stream = undefined;
    this.resampler = undefined;
  }

  close() {
    this.reset();
  }
}
