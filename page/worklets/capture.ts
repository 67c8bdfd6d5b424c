import { Resampler } from '../../audio/resample.ts';
import { FRAME_SAMPLES, LINE_RATE } from '../line-format.ts';

/** Posts what the microphone hears as frames for the line; silence where there is no microphone. */
class Capture extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate, LINE_RATE);
  private frame = new Int16Array(FRAME_SAMPLES);
  private filled = 0;

  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const heard = input?.[0];
    const samples = new Int16Array(output![0]!.length);
    heard?.forEach((value, i) => (samples[i] = Math.max(-1, Math.min(1, value)) * 32_767));
    const resampled = this.resampler.process(samples);
    for (let taken = 0; taken < resampled.length;) {
      const part = resampled.subarray(taken, taken + FRAME_SAMPLES - this.filled);
      this.frame.set(part, this.filled);
      taken += part.length;
      this.filled += part.length;
      if (this.filled === FRAME_SAMPLES) this.post();
    }
    return true;
  }

  private post() {
    this.port.postMessage(this.frame, [this.frame.buffer]);
    this.frame = new Int16Array(FRAME_SAMPLES);
    this.filled = 0;
  }
}

registerProcessor('capture', Capture);
