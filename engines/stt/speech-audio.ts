/** Frames in which loudness is looked at: 20 ms at 16 kHz. */
export const FRAME = 320;

/** What is quieter is silence on any line: -60 dBFS. */
const SILENCE = 33;
/** Share of the loudest frame below which a frame is a pause: -34 dB, less than the weakest consonant. */
const PAUSE = 0.02;
/** On a noisy line a frame is a pause up to 4 dB above the noise: the quietest 100 ms so far, the pre-roll's. */
const ABOVE_NOISE = 1.6;
/** Noise above a fifth of the loudest frame, -14 dB, can't be told from speech. */
const LOUDEST_PAUSE = 0.2;
const NOISE_FRAMES = 5;
/** Speech rises and falls by more than this factor; steady noise and tones don't: 4 dB. */
const MODULATION = 1.6;
const MIN_FRAMES = 5;

/** What has been said and not yet been put away, at 16 kHz, with its loudness. */
export class SpeechAudio {
  length = 0;
  private samples = new Int16Array(50 * FRAME);
  private levels: number[] = [];
  private loudest = 0;
  private noise = Infinity;

  write(samples: Int16Array) {
    if (this.length + samples.length > this.samples.length) {
      const larger = new Int16Array(2 * (this.length + samples.length));
      larger.set(this.samples.subarray(0, this.length));
      this.samples = larger;
    }
    this.samples.set(samples, this.length);
    this.length += samples.length;
    while ((this.levels.length + 1) * FRAME <= this.length) {
      const at = this.levels.length * FRAME;
      const level = levelOf(this.samples.subarray(at, at + FRAME));
      this.levels.push(level);
      this.loudest = Math.max(this.loudest, level);
      if (this.levels.length >= NOISE_FRAMES) {
        this.noise = Math.min(this.noise, mean(this.levels.slice(-NOISE_FRAMES)));
      }
    }
  }

  /** A copy of all of it. */
  copy(): Int16Array {
    return this.samples.slice(0, this.length);
  }

  /** Whether nothing but a pause has come from this sample on. */
  isQuietFrom(sample: number): boolean {
    const noisy = Math.min(ABOVE_NOISE * this.noise, LOUDEST_PAUSE * this.loudest);
    const quiet = Math.max(SILENCE, PAUSE * this.loudest, this.noise === Infinity ? 0 : noisy);
    for (let frame = Math.floor(sample / FRAME); frame < this.levels.length; frame++) {
      if (this.levels[frame]! > quiet) return false;
    }
    return levelOf(this.samples.subarray(this.levels.length * FRAME, this.length)) <= quiet;
  }

  /** Takes away and returns what comes before the quietest 100 ms between two samples. */
  cutAtQuietest(from: number, to: number): Int16Array {
    const width = 5;
    let best = Infinity;
    let cut = Math.floor(from / FRAME);
    for (let frame = cut; frame + width <= Math.floor(to / FRAME); frame++) {
      const level = this.levels.slice(frame, frame + width).reduce((sum, l) => sum + l, 0);
      // Of equal pauses the later one, for the longer piece.
      if (level <= best) {
        best = level;
        cut = frame + Math.floor(width / 2);
      }
    }
    const head = this.samples.slice(0, cut * FRAME);
    this.samples.copyWithin(0, cut * FRAME, this.length);
    this.length -= cut * FRAME;
    this.levels = this.levels.slice(cut);
    return head;
  }
}

/**
 * Whether audio can't be speech: too short, silent, or of a loudness that never changes, as noise and tones are.
 * A recogniser would hear words in it all the same.
 */
export function isSpeechless(samples: Int16Array): boolean {
  const levels: number[] = [];
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    levels.push(levelOf(samples.subarray(at, at + FRAME)));
  }
  const loudest = Math.max(0, ...levels);
  if (loudest <= SILENCE) return true;
  const heard = levels.filter((level) => level > PAUSE * loudest).sort((a, b) => a - b);
  if (heard.length < MIN_FRAMES) return true;
  const share = (part: number) => heard[Math.floor(part * (heard.length - 1))]!;
  return share(0.95) < MODULATION * share(0.05);
}

const mean = (levels: number[]) => levels.reduce((sum, level) => sum + level, 0) / levels.length;

/** Root mean square. */
function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
