import { report } from '../platform.ts';
import { Room } from './room.ts';
import type { TimedSentence } from './timed-voice.ts';
import type { Outcome, Trial, TrialCall } from './trial.ts';

/** Calls at once: so many to begin with, and one more each time that the machine has room for it. */
const FEWEST = 8;
const MOST = 28;
/** Free cores, as a share of all: enough for one call more, and too little for those that there are. */
const ENOUGH = 0.45;
const TOO_LITTLE = 0.2;
const LOOK_EVERY_MS = 4_000;
/** Progress is told at every so many looks. */
const TELL_EVERY = 4;
/** Calls in which nothing happens any more: with more of them, something is wrong. */
const MOST_LOST = 3;

export interface Made {
  outcomes: Outcome[];
  /** Calls at once, and the share of the cores that was free: means over the time that it took. */
  calls: number;
  free: number;
}

export interface Materials {
  trials: Trial[];
  sentences: TimedSentence[];
  open(name: string, marks: boolean): Promise<TrialCall>;
}

/**
 * Makes the trials in real-time calls, as many at once as the machine has room for: what a call measures is right as long
 * as there are cores to spare. Every second call is on a phone that echoes marks.
 */
export async function makeTrials(materials: Materials): Promise<Made> {
  const callers = new Callers(materials);
  const looks = setInterval(() => callers.look(), LOOK_EVERY_MS);
  try {
    await callers.over;
  } finally {
    clearInterval(looks);
  }
  return callers.made();
}

class Callers {
  /** Settles when all trials have been made, or too many calls were lost. */
  readonly over: Promise<void>;
  private readonly waiting: Trial[];
  private readonly outcomes: Outcome[] = [];
  private readonly room = new Room();
  private readonly seen: { calls: number; free: number }[] = [];
  private readonly began = performance.now();
  private wanted = FEWEST;
  private going = 0;
  private opened = 0;
  private lost = 0;
  private settle: { done(): void; failed(error: unknown): void } | undefined;

  constructor(private readonly materials: Materials) {
    this.waiting = [...materials.trials];
    this.over = new Promise((done, failed) => {
      this.settle = { done, failed };
    });
    this.fill();
  }

  /** Adds a call where there is room for one, or lets one end where there is too little. */
  look() {
    const free = this.room.take();
    this.seen.push({ calls: this.going, free });
    if (free >= ENOUGH) this.wanted = Math.min(MOST, this.going + 1);
    else if (free < TOO_LITTLE) this.wanted = Math.max(FEWEST, this.going - 1);
    this.fill();
    if (this.seen.length % TELL_EVERY === 0) this.tell();
  }

  made(): Made {
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const { outcomes, seen } = this;
    return {
      outcomes,
      calls: mean(seen.map(({ calls }) => calls)),
      free: mean(seen.map(({ free }) => free)),
    };
  }

  private fill() {
    while (this.going < this.wanted && this.waiting.length > 0) {
      this.going++;
      this.call()
        .then(() => {
          if (--this.going === 0) this.settle!.done();
        })
        .catch((error: unknown) => this.settle!.failed(error));
    }
  }

  /** One call after the other, until there is nothing left to do or too little room. */
  private async call() {
    const { sentences, open } = this.materials;
    const number = this.opened++;
    const marks = number % 2 === 0;
    let call = await open(`${number}`, marks);
    for (let trial = this.waiting.shift(); trial; trial = this.next()) {
      try {
        const outcome = await call.run(trial, sentences[this.outcomes.length % sentences.length]!);
        if (outcome) this.outcomes.push(outcome);
        else this.waiting.push(trial);
      } catch (error) {
        if (++this.lost > MOST_LOST) throw error;
        report(`a call was given up, and another one goes on: ${(error as Error).message}`);
        this.waiting.push(trial);
        call.close();
        call = await open(`${number}-${this.lost}`, marks);
      }
    }
    call.close();
  }

  private next() {
    return this.going > this.wanted ? undefined : this.waiting.shift();
  }

  private tell() {
    const made = this.outcomes.length;
    const all = this.materials.trials.length;
    const minutes = (performance.now() - this.began) / 60_000;
    const left = made === 0 ? '' : `, some ${Math.ceil((minutes * (all - made)) / made)} min left`;
    report(`barge-in: ${made} of ${all} trials, ${this.going} calls at once${left}`);
  }
}
