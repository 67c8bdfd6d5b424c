import { encodeMulaw } from '../audio/mulaw.ts';

/** One frame of a phone call: 20 ms, 160 samples at 8 kHz. */
export const FRAME_MS = 20;
export const FRAME_SAMPLES = 160;
/** μ-law's zero, as base64. */
export const SILENCE = Buffer.alloc(FRAME_SAMPLES, 0xff).toString('base64');

/** A recording as the frames of a phone call (base64 of μ-law), up to the last one that holds speech. */
export interface Utterance {
  frames: string[];
  firstSpeech: number;
  lastSpeech: number;
}

/** Speech is what is louder than −40 dBFS RMS over a frame. */
const SPEECH_RMS = 32_768 * 10 ** (-40 / 20);

/** Cuts 8 kHz samples into frames; leading silence stays, trailing silence goes. */
export function utteranceOf(samples: Int16Array): Utterance {
  const frames: string[] = [];
  const speech: number[] = [];
  for (let i = 0; i + FRAME_SAMPLES <= samples.length; i += FRAME_SAMPLES) {
    const frame = samples.subarray(i, i + FRAME_SAMPLES);
    const energy = frame.reduce((sum, sample) => sum + sample * sample, 0) / FRAME_SAMPLES;
    if (Math.sqrt(energy) >= SPEECH_RMS) speech.push(frames.length);
    frames.push(Buffer.from(encodeMulaw(frame)).toString('base64'));
  }
  if (speech.length === 0) throw new Error('the recording is silent');
  return { frames: frames.slice(0, speech.at(-1)! + 1), firstSpeech: speech[0]!, lastSpeech: speech.at(-1)! };
}
