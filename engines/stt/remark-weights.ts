import { z } from 'zod';
import { FEATURES } from './remark-features.ts';

/**
 * What bench/remarks/fit.py writes: a net with one hidden layer, its numbers in base64. The features are first brought to a
 * mean of 0 and a spread of 1. `weights` are whole numbers of 8 bits, one row a unit, times the unit's `step`.
 */
const fileSchema = z.object({
  mean: z.base64(),
  spread: z.base64(),
  weights: z.base64(),
  step: z.base64(),
  bias: z.base64(),
  out: z.base64(),
  outBias: z.number(),
});

export interface RemarkWeights {
  mean: Float32Array;
  spread: Float32Array;
  weights: Int8Array;
  step: Float32Array;
  bias: Float32Array;
  out: Float32Array;
  outBias: number;
}

/** Throws where the file is damaged. */
export function readWeights(trained: unknown): RemarkWeights {
  const file = fileSchema.parse(trained);
  const units = floats(file.step).length;
  const read = {
    mean: floats(file.mean),
    spread: floats(file.spread),
    weights: new Int8Array(Buffer.from(file.weights, 'base64')),
    step: floats(file.step),
    bias: floats(file.bias),
    out: floats(file.out),
  };
  const sizes = [FEATURES, FEATURES, units * FEATURES, units, units, units];
  if (Object.values(read).some(({ length }, i) => length !== sizes[i])) {
    throw new Error('the weights for remarks are damaged');
  }
  return { ...read, outBias: file.outBias };
}

/** The logarithm of the odds that a remark with these features is no request; positive where it likely is none. */
export function logOdds(net: RemarkWeights, features: Float32Array): number {
  const even = features.map((feature, i) => (feature - net.mean[i]!) / net.spread[i]!);
  let odds = net.outBias;
  for (const [unit, step] of net.step.entries()) {
    const row = net.weights.subarray(unit * FEATURES, (unit + 1) * FEATURES);
    let sum = 0;
    for (let i = 0; i < FEATURES; i++) sum += row[i]! * even[i]!;
    odds += net.out[unit]! * Math.max(0, sum * step + net.bias[unit]!);
  }
  return odds;
}

/** Numbers of 32 bits. */
const floats = (base64: string) => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
};
