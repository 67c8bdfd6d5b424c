/** Voice activity detection: how likely it is that a short window of audio holds speech. */
export interface VadEngine {
  readonly name: string;
  warmUp(): Promise<void>;
  open(sampleRate: 8_000 | 16_000): VadStream;
  close(): Promise<void>;
}

export interface VadStream {
  /** Samples a window: 32 ms. */
  readonly windowSamples: number;
  /**
   * Probability of speech, 0–1, of the next window, of exactly `windowSamples` samples: at once where that takes no
   * work. Until it is there, the window is not to be written into.
   */
  next(window: Int16Array): number | Promise<number>;
  close(): void;
}
