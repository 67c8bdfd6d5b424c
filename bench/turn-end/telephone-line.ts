import { fromSamples, type MediaFormat } from '../../audio/format.ts';
import type { VadEngine } from '../../engines/vad/engine.ts';
import { CallerAudio } from '../../gateway/caller-audio.ts';
import { VoiceDetector } from '../../gateway/voice-detector.ts';
import type { AudioChunk, InHeader } from '../../stream/audio-chunk.ts';

/** What a gateway puts on a call's stream, with the ms of the recording at which it does. */
export type LineEvent = { ms: number } & (
  | { type: 'audio'; chunk: AudioChunk<InHeader> }
  /** `startedMs` is where the first speech frame began. */
  | { type: 'started'; startedMs: number }
  /** `endedMs` is where the last speech frame ended. */
  | { type: 'stopped'; endedMs: number }
);

const FORMAT: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };
const FRAME_MS = 20;
const FRAME = (FRAME_MS * FORMAT.sampleRate) / 1_000;

/**
 * What the gateway's voice detection makes of a recording sent in frames of 20 ms, as a telephone line does.
 * It runs as fast as the detector does: each frame is judged before the next one comes.
 */
export async function sendThroughGateway(
  samples: Int16Array,
  vad: VadEngine,
  speechStopMs: number,
): Promise<LineEvent[]> {
  const events: LineEvent[] = [];
  let ms = 0;
  const judged = new Judged(vad);
  const audio = new CallerAudio(FORMAT, (header, bytes) => {
    events.push({ ms, type: 'audio', chunk: { header, audio: Buffer.from(bytes) } });
  });
  const voice = new VoiceDetector(judged, FORMAT, speechStopMs, {
    onStarted(_, audioMs) {
      events.push({ ms, type: 'started', startedMs: audioMs });
      audio.start(audioMs);
    },
    onStopped(_, endedMs) {
      audio.stop();
      events.push({ ms, type: 'stopped', endedMs });
    },
    onError(error) {
      throw error;
    },
  });
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    ms += FRAME_MS;
    const frame = fromSamples(FORMAT, samples.subarray(at, at + FRAME));
    audio.write(frame);
    voice.write(frame);
    await judged.all();
  }
  voice.close();
  return events;
}

/** A detector that tells when it has nothing left to judge. */
class Judged implements VadEngine {
  readonly name: string;
  private under: Promise<number>[] = [];

  constructor(private readonly vad: VadEngine) {
    this.name = vad.name;
  }

  warmUp = () => this.vad.warmUp();
  close = () => this.vad.close();

  open(sampleRate: 8_000 | 16_000) {
    const stream = this.vad.open(sampleRate);
    return {
      windowSamples: stream.windowSamples,
      next: (window: Int16Array) => {
        const probability = stream.next(window);
        if (typeof probability !== 'number') this.under.push(probability);
        return probability;
      },
      close: () => stream.close(),
    };
  }

  async all() {
    while (this.under.length > 0) {
      await Promise.allSettled(this.under.splice(0));
      // The detector acts on the result in the same round of promises.
      await new Promise(setImmediate);
    }
  }
}
