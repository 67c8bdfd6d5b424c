/** Numbers that follow from a seed: the schedule of a run is the same for the same seed. */
export class Random {
  constructor(private state: number) {}

  /** A source of its own for one purpose, so that what one draws does not shift what another one does. */
  fork(purpose: string): Random {
    let hash = this.state ^ 0x9e3779b9;
    for (const byte of Buffer.from(purpose)) hash = Math.imul(hash ^ byte, 0x01000193);
    return new Random(hash);
  }

  /** 0 ≤ n < 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below = (bound: number) => Math.floor(this.next() * bound);

  pick = <T>(of: readonly T[]): T => of[this.below(of.length)]!;
}
