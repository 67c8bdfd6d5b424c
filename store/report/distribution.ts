/**
 * Durations of many turns, as they are packed in `turn_hours`: 4-byte floats, big-endian, none below zero. Percentiles
 * are exact (nearest rank).
 */
export class Distribution {
  private readonly values: Float32Array;
  private counts: Uint32Array | undefined;

  constructor(packed: Buffer[]) {
    // A copy: what came from the database is swapped in place.
    const bytes = new Uint8Array(packed.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of packed) {
      bytes.set(piece, at);
      at += piece.length;
    }
    Buffer.from(bytes.buffer).swap32();
    this.values = new Float32Array(bytes.buffer);
  }

  get count(): number {
    return this.values.length;
  }

  /** NaN for no values. */
  get mean(): number {
    let sum = 0;
    for (const value of this.values) sum += value;
    return sum / this.values.length;
  }

  get max(): number {
    return this.percentile(1);
  }

  /**
   * The value that a share of `p` of all values does not exceed; NaN for no values. The bits of floats that are not
   * negative are in the order of the floats: their upper half says which of few values to sort, however many there are.
   */
  percentile(p: number): number {
    if (this.count === 0) return Number.NaN;
    let rank = Math.max(0, Math.ceil(p * this.count) - 1);
    const counts = (this.counts ??= this.countByUpperBits());
    let upper = 0;
    while (rank >= counts[upper]!) rank -= counts[upper++]!;
    const bits = new Uint32Array(this.values.buffer);
    const few = new Float32Array(counts[upper]!);
    let found = 0;
    for (let i = 0; i < bits.length; i++) {
      if (bits[i]! >>> 16 === upper) few[found++] = this.values[i]!;
    }
    return few.sort()[rank]!;
  }

  private countByUpperBits(): Uint32Array {
    const counts = new Uint32Array(65_536);
    for (const bits of new Uint32Array(this.values.buffer)) counts[bits >>> 16]! += 1;
    return counts;
  }
}
