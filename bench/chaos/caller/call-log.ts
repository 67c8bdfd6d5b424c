import type { Line } from '../script.ts';

/** What a caller said and heard in one call. Times are ms since the Unix epoch, on the caller's clock. */
export interface CallLog {
  session: string;
  call: number;
  startedAt: number;
  endedAt: number;
  /** What the caller said, in order. */
  said: Utterance[];
  /** What the caller heard, in order: runs of one sentence without a gap. */
  heard: HeardRun[];
  /** Times at which the caller's connection broke, each with when the next one stood. */
  breaks: { at: number; backAt?: number }[];
  /** Why the caller gave the call up, where they did. */
  lost?: string;
}

export interface Utterance extends Line {
  from: number;
  /** When the last of its sound was sent; absent where the connection broke first. */
  to?: number;
  /** When the last of its answer had been played; absent where it did not come. */
  answeredAt?: number;
  /** The connection broke while it was being said, or before its answer had been heard to the end. */
  broken: boolean;
  /** Silences in which an answer was due: from the end of speech, or of a part of the answer, to the next part. */
  waits: { from: number; to: number }[];
}

/** Consecutive parts of a sentence. */
export interface HeardRun {
  /** Of its words. */
  hash: number;
  /** First and last part that was played, from 0. */
  first: number;
  last: number;
  /** Parts of the whole sentence. */
  total: number;
  from: number;
  to: number;
}
