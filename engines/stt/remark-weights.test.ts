import { describe, expect, test } from 'vitest';
import { FEATURES } from './remark-features.ts';
import { logOdds, readWeights } from './remark-weights.ts';
import trained from './remark-weights.json' with { type: 'json' };

const base64 = (numbers: Float32Array | Int8Array) => Buffer.from(numbers.buffer).toString('base64');

describe('the weights that judge remarks', () => {
  test('are those of a net whose hidden units count only above zero', () => {
    const weights = new Int8Array(2 * FEATURES);
    weights[0] = 4;
    weights[FEATURES] = -4;
    const net = readWeights({
      mean: base64(new Float32Array(FEATURES).fill(1)),
      spread: base64(new Float32Array(FEATURES).fill(2)),
      weights: base64(weights),
      step: base64(Float32Array.of(0.5, 0.5)),
      bias: base64(Float32Array.of(1, 1)),
      out: base64(Float32Array.of(3, 100)),
      outBias: -2,
    });
    // (5 − 1) / 2 = 2; the first unit is 2 · 4 · 0.5 + 1 = 5, the second one −3, which counts for nothing.
    expect(logOdds(net, new Float32Array(FEATURES).fill(5))).toBe(3 * 5 - 2);
  });

  test('are refused where some are missing', () => {
    expect(() => readWeights({ ...trained, mean: trained.mean.slice(4) })).toThrow('damaged');
    expect(() => readWeights({ bias: 0, weights: '' })).toThrow();
  });
});
