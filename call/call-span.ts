/** Something in a call that took its time, told when it is over; see docs/monitoring.md for all of them. */
export interface CallSpan {
  session: string;
  /** Of a few. */
  name: string;
  /** The call as a whole, or one of its turns; absent for what happens in them. */
  is?: 'call' | 'turn';
  /** The turn that this is, or belongs to; absent for what belongs to the call alone. */
  turn?: number;
  /** ms since the Unix epoch. */
  startedAt: number;
  endedAt: number;
  /** No personal data: no words, numbers or customers. */
  attributes: Record<string, string | number | boolean | undefined>;
  /** Moments in it. */
  events?: { name: string; at: number }[];
  /** Spans within this one. */
  parts?: { name: string; startedAt: number; endedAt: number }[];
  /** What kind of error it ended with. */
  error?: string;
}

/** Hands a span to whoever collects traces. Quick, and never throws. */
export type TraceCall = (span: CallSpan) => void;
