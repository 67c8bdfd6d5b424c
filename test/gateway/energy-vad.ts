import type { VadEngine } from '../../engines/vad/engine.ts';

/** A voice detector for tests: whatever is louder than −40 dBFS is speech. */
export const energyVad: VadEngine = {
  name: 'energy',
  warmUp: async () => undefined,
  open: (sampleRate) => ({
    windowSamples: sampleRate === 8_000 ? 256 : 512,
    async next(window) {
      const energy = window.reduce((sum, sample) => sum + sample * sample, 0) / window.length;
      return Math.sqrt(energy) > 328 ? 1 : 0;
    },
    close: () => undefined,
  }),
  close: async () => undefined,
};
