/** Windows, of 32 ms, that a level is taken over: shorter than a syllable and longer than the gaps in babble. */
const MOMENT = 4;
/** Windows that the quietest moment is looked for in: 3 s, within which every speaker stops for breath. */
const MEMORY = 94;
/** Up to here above the noise, a power ratio, a moment holds nothing but noise: 5 dB. */
const NEAR = 10 ** 0.5;
/** Noise that is fainter than this, beside the voice, needs no care, −35 dB; louder can't be told from it, −8 dB. */
const FAINTEST = 10 ** -3.5;
const LOUDEST = 10 ** -0.8;

/** How loud a line is when nobody speaks: the quietest moment of the last 3 s. */
export class LineNoise {
  /** The latest ones, each in the place of the oldest. */
  private readonly powers = new Float64Array(MOMENT);
  private readonly moments = new Float64Array(MEMORY).fill(Infinity);
  private windows = 0;
  private latest = Infinity;

  /** Takes the power of the next window. */
  add(power: number) {
    this.powers[this.windows % MOMENT] = power;
    this.windows += 1;
    if (this.windows < MOMENT) return;
    let sum = 0;
    for (const each of this.powers) sum += each;
    this.latest = sum / MOMENT;
    this.moments[this.windows % MEMORY] = this.latest;
  }

  /** Whether the latest moment is as loud as a noisy line is without the voice, whose loudest window had this power. */
  isAllThereIs(loudest: number): boolean {
    let noise = Infinity;
    for (const moment of this.moments) if (moment < noise) noise = moment;
    const isNoisy = noise > loudest * FAINTEST && noise < loudest * LOUDEST;
    return isNoisy && this.latest < noise * NEAR;
  }
}
