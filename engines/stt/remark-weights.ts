import { z } from 'zod';
import { FEATURES } from './remark-features.ts';

/** What bench/remarks/fit.py writes: a weight for each feature, as numbers of 32 bits in base64. */
const fileSchema = z.object({ bias: z.number(), weights: z.base64() });

export interface RemarkWeights {
  bias: number;
  weights: Float32Array;
}

/** Throws where the file is damaged. */
export function readWeights(trained: unknown): RemarkWeights {
  const { bias, weights } = fileSchema.parse(trained);
  const bytes = Buffer.from(weights, 'base64');
  if (bytes.length !== 4 * FEATURES) throw new Error('the weights for remarks are damaged');
  return { bias, weights: new Float32Array(new Uint8Array(bytes).buffer) };
}

/** The logarithm of the odds that a remark with these features is a sign of listening; positive where it likely is. */
export const logOdds = ({ bias, weights }: RemarkWeights, features: Float32Array) =>
  features.reduce((sum, feature, i) => sum + feature * weights[i]!, bias);
