import { fromSamples, type MediaFormat, toSamples } from '../audio/format.ts';
import { resample } from '../audio/resample.ts';

/**
 * Bot audio in the format of the caller's socket. It mostly is: this is for a caller who came back through
 * another door. Whole samples only.
 */
export function transcode(audio: Buffer, from: MediaFormat, to: MediaFormat): Buffer {
  if (from.encoding === to.encoding && from.sampleRate === to.sampleRate) {
    return to.encoding === 'pcm16' && audio.length % 2 !== 0 ? audio.subarray(0, -1) : audio;
  }
  const bytes = fromSamples(to, resample(toSamples(from, audio), from.sampleRate, to.sampleRate));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
