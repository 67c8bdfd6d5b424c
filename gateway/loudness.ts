import { bytesPerMs, type MediaFormat, toSamples } from '../audio/format.ts';

export const LOUDNESS_FRAME_MS = 20;

/** RMS of a frame that counts as silence, of 32,768: −45 dBFS. */
export const SILENCE_RMS = 184;

export const loudnessFrameBytes = (format: MediaFormat) => LOUDNESS_FRAME_MS * bytesPerMs(format);

/** RMS of each 20 ms of audio, of 32,768; of the last one, what there is. */
export function loudness(format: MediaFormat, audio: Uint8Array): Float64Array {
  const frameBytes = loudnessFrameBytes(format);
  return Float64Array.from({ length: Math.ceil(audio.length / frameBytes) }, (_, i) => {
    const frame = toSamples(format, audio.subarray(i * frameBytes, (i + 1) * frameBytes));
    let energy = 0;
    for (const sample of frame) energy += sample * sample;
    return Math.sqrt(energy / Math.max(1, frame.length));
  });
}
