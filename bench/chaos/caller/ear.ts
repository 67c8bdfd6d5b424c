import { botRate, type Part, partMs, PartReader } from '../sound/bot-code.ts';
import type { HeardRun } from './call-log.ts';

/** A part of a sentence, and when it is played. */
interface Played extends Part {
  at: number;
}

/** A pause between parts that is one to the ear, ms. */
const PAUSE_MS = 60;

/** The loudspeaker of a telephone: plays what arrives in real time, and knows what it has played. */
export class Ear {
  /** When all that has arrived will have been played. */
  playEnd = 0;
  /** When audio last arrived. */
  lastArrival = 0;
  private readonly parts: Played[] = [];
  private reader = new PartReader();

  /** Takes μ-law audio. */
  hear(audio: Buffer, at: number) {
    const from = Math.max(this.playEnd, at);
    for (const part of this.reader.read(audio)) {
      this.parts.push({ ...part, at: from + (part.at * 1_000) / botRate });
    }
    this.playEnd = from + (audio.length * 1_000) / botRate;
    this.lastArrival = at;
  }

  /** Forgets what has not been played. */
  clear(at: number) {
    while (this.parts.length > 0 && this.parts.at(-1)!.at >= at) this.parts.pop();
    this.playEnd = at;
    this.reader = new PartReader();
  }

  /** What has been or is going to be played from `since` on. */
  partsSince(since: number): readonly Readonly<Played>[] {
    let from = this.parts.length;
    while (from > 0 && this.parts[from - 1]!.at >= since) from--;
    return this.parts.slice(from);
  }

  /** All that was played, as runs of one sentence without a pause. */
  runs(): HeardRun[] {
    const runs: HeardRun[] = [];
    for (const { hash, index, total, at } of this.parts) {
      const run = runs.at(-1);
      const goesOn = run?.hash === hash && run.last + 1 === index && at - run.to < PAUSE_MS;
      if (goesOn) Object.assign(run, { last: index, to: at + partMs });
      else runs.push({ hash, first: index, last: index, total, from: at, to: at + partMs });
    }
    return runs;
  }
}
