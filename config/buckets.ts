/** Bounds of histograms, in seconds: what happens within a turn, fine enough to see single milliseconds. */
export const latencyBuckets = [
  0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5,
  10,
];

/** For what should take no time at all: the way through Redis, the event loop's delay. */
export const shortBuckets = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1];
