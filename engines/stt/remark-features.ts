/** What the encoder says of 25 ms of sound. */
export const WIDTH = 288;
/** Whole, first, middle and last third, spread, and length. */
export const FEATURES = 5 * WIDTH + 1;

const RATE = 16_000;
const FRAME = RATE / 100;
/** Share of the loudest frame from which on a frame belongs to the remark: −28 dB. */
const AUDIBLE = 0.04;
/** Frames that are kept before the first such frame, and after the last. */
const BEFORE = 6;
const AFTER = 7;
/** What is heard of it, samples: remarks are shorter. The encoder needs some length too. */
const LONGEST = 2 * RATE;
const SHORTEST = RATE / 5;
/** All remarks are made equally loud, root mean square. */
const LEVEL = 0.08;

/** A remark at 16 kHz as the encoder takes it: cut at its first and last sound, and of one loudness. */
export function remarkOf(samples: Int16Array): Float32Array {
  const levels: number[] = [];
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    levels.push(levelOf(samples.subarray(at, at + FRAME)));
  }
  const least = AUDIBLE * Math.max(0, ...levels);
  const first = levels.findIndex((level) => level > least);
  const last = levels.findLastIndex((level) => level > least);
  const from = Math.max(0, (first - BEFORE) * FRAME);
  const part = samples.subarray(from, Math.min((last + AFTER) * FRAME, from + LONGEST));
  const remark = new Float32Array(Math.max(SHORTEST, part.length));
  const gain = LEVEL / Math.max(1, levelOf(part));
  for (const [i, sample] of part.entries()) remark[i] = sample * gain;
  return remark;
}

/** What is known of a remark of `seconds` from the encoder's output for it: its frames, `WIDTH` numbers each. */
export function pool(frames: Float32Array, seconds: number): Float32Array {
  const count = frames.length / WIDTH;
  const features = new Float32Array(FEATURES);
  const mean = (at: number, from: number, to: number) => {
    const begin = Math.floor(from);
    const end = Math.min(count, Math.max(begin + 1, Math.ceil(to)));
    for (let frame = begin; frame < end; frame++) {
      for (let i = 0; i < WIDTH; i++) features[at + i]! += frames[frame * WIDTH + i]! / (end - begin);
    }
  };
  mean(0, 0, count);
  for (const third of [0, 1, 2]) mean((third + 1) * WIDTH, (third * count) / 3, ((third + 1) * count) / 3);
  for (let i = 0; i < WIDTH; i++) {
    let sum = 0;
    for (let frame = 0; frame < count; frame++) sum += (frames[frame * WIDTH + i]! - features[i]!) ** 2;
    features[4 * WIDTH + i] = Math.sqrt(sum / count);
  }
  features[5 * WIDTH] = seconds;
  return features;
}

/** Root mean square. */
function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
