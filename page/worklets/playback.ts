import { Resampler } from '../../audio/resample.ts';
import { Earpiece } from '../../cli/earpiece.ts';
import { LINE_RATE } from '../line-format.ts';

/** Samples off the line, a mark's name, or nothing: forget what has not been heard. */
export type ToPlayback = Int16Array<ArrayBuffer> | string | null;

/** The gateway is some 400 ms ahead; what comes beyond this many seconds is not kept. */
const LONGEST_QUEUE_S = 30;

/** Plays what comes off the line, and posts the name of each mark that has been reached. */
class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly earpiece = new Earpiece();
  private resampler = new Resampler(LINE_RATE, sampleRate);

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<ToPlayback>) => {
      if (typeof data === 'string') this.earpiece.mark(data);
      else if (data === null) this.clear();
      else if (this.earpiece.queued < LONGEST_QUEUE_S * sampleRate) {
        this.earpiece.enqueue(this.resampler.process(data));
      }
    });
    this.port.start();
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    const channel = output![0]!;
    const { frame, marks } = this.earpiece.next(channel.length);
    frame.forEach((sample, i) => (channel[i] = sample / 32_768));
    for (const name of marks) this.port.postMessage(name, []);
    return true;
  }

  private clear() {
    this.earpiece.clear();
    this.resampler = new Resampler(LINE_RATE, sampleRate);
  }
}

registerProcessor('playback', PlaybackProcessor);
