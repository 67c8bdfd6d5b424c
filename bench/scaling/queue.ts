/** Work that comes to one server: when, and how long it takes; s. */
export interface Job {
  at: number;
  takes: number;
}

/** How long each job waits where one server takes them in the order in which they come. */
export function waits(jobs: readonly Job[]): number[] {
  let free = 0;
  return [...jobs]
    .sort((a, b) => a.at - b.at)
    .map(({ at, takes }) => {
      const wait = Math.max(0, free - at);
      free = Math.max(free, at) + takes;
      return wait;
    });
}

/** Numbers from 0 to 1 that are the same each time: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Exponentially distributed, of that mean. */
export const exponential = (random: () => number, mean: number) => -mean * Math.log(1 - random());
