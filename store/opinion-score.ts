import type { LineQuality } from '../call/facts.ts';

/** What a line adds to the delay beside its jitter: a play-out buffer and a frame, ms. */
const FIXED_MS = 80;

/**
 * An estimate of the mean opinion score, 1–4.5, that listeners would give a line: the E-model (ITU-T G.107) in its
 * short form of R. Cole and J. Rosenbluth (2001) for G.711, with a buffer as deep as twice the jitter.
 */
export function estimateOpinionScore({ jitterMs, loss }: LineQuality): number {
  const delay = FIXED_MS + 2 * jitterMs;
  const delayImpairment = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3);
  const lossImpairment = 30 * Math.log(1 + 15 * loss);
  const r = Math.min(100, Math.max(0, 93.2 - delayImpairment - lossImpairment));
  return 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
}
