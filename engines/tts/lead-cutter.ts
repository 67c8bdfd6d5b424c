/** Voices begin with 30–60 ms of near silence; what is below this is not speech yet: -40 dBFS, of 32,767. */
const AUDIBLE = 328;
/** Left before the first audible sample, and faded in, so that it doesn't click, s. */
const LEAD = 0.005;

/** Cuts the silence before the first word of one sentence, whose audio comes in one or more pieces. */
export class LeadCutter {
  private readonly lead: number;
  /** Samples given so far. */
  private given = 0;

  /** Hz of what is cut. */
  constructor(sampleRate: number) {
    this.lead = Math.round(LEAD * sampleRate);
  }

  /** What of the next piece is to be heard; empty as long as nothing can be. Writes into `samples`. */
  cut(samples: Int16Array): Int16Array {
    let from = 0;
    if (this.given === 0) {
      const firstAudible = samples.findIndex((sample) => Math.abs(sample) > AUDIBLE);
      if (firstAudible === -1) return new Int16Array(0);
      from = Math.max(0, firstAudible - this.lead);
    }
    const heard = samples.subarray(from);
    for (let i = 0; i < heard.length && this.given + i < this.lead; i++) {
      heard[i] = Math.round((heard[i]! * (this.given + i + 1)) / this.lead);
    }
    this.given += heard.length;
    return heard;
  }
}

/** Samples from -1 to 1 → 16 bits. */
export const toInt16 = (samples: Float32Array): Int16Array =>
  Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))));
