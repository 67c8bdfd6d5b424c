import type { CallerReport } from '../twilio-caller.ts';

/** What a group of callers does, and against whom. */
export interface CallersPlan {
  url: string;
  calls: number;
  /** Utterances of each caller. Without any they stay on the line, silent, until they are told to hang up. */
  turns: number;
  /** Starts of calls are spread over this, ms. */
  staggerMs: number;
  customParameters: Record<string, string>;
  interruptsAfterMs?: number;
  comesBack?: boolean;
  /** Names of what they say, in turn. */
  recordings?: string[];
}

/** How well the meter itself kept up, ms. */
export interface MeterLateness {
  frames: { p50: number; p99: number; most: number };
  /** Delay of its event loop. */
  loop: { p50: number; p99: number; most: number };
  cores: number;
}

export interface CallersResult {
  calls: CallerReport[];
  meter: MeterLateness;
}

/** From the callers' process. */
export type FromCallers = { type: 'greeted' } | { type: 'over'; result: CallersResult };
/** To it: what to do, and to hang up. */
export type ToCallers = { type: 'plan'; plan: CallersPlan } | { type: 'hang-up' };
