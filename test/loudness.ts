import { readFileSync } from 'node:fs';

/** Each value is the mean level of 50 ms of audio. */
const FRAME_MS = 50;
/** Two recordings of a call begin up to this far apart, in frames. */
const MOST_LAG = 20;

/** How loud each side of a stereo recording is over time. */
export function loudnessOf(file: string): { left: number[]; right: number[] } {
  const bytes = readFileSync(file);
  const rate = bytes.readUInt32LE(24);
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
  const frame = (rate * FRAME_MS) / 1_000;
  const side = (first: number) =>
    Array.from({ length: Math.floor(samples.length / 2 / frame) }, (_, at) => {
      let sum = 0;
      for (let i = at * frame; i < (at + 1) * frame; i++) sum += Math.abs(samples[2 * i + first]!);
      return sum / frame;
    });
  return { left: side(0), right: side(1) };
}

/** The correlation of two such curves, where they fit best: 1 for the same. */
export function likeness(a: number[], b: number[]): number {
  let best = -1;
  for (let lag = -MOST_LAG; lag <= MOST_LAG; lag++) {
    best = Math.max(best, correlation(a.slice(Math.max(0, lag)), b.slice(Math.max(0, -lag))));
  }
  return best;
}

function correlation(a: number[], b: number[]): number {
  const length = Math.min(a.length, b.length);
  const mean = (values: number[]) => values.slice(0, length).reduce((sum, value) => sum + value, 0) / length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
