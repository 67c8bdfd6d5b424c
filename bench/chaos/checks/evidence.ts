import type { CallLog } from '../caller/call-log.ts';
import type { Line } from '../script.ts';
import type { Part } from '../sound/bot-code.ts';

/** All that is known of one call of a chaos run, from wherever something of it is kept. */
export interface Evidence {
  /** What the caller said and heard. */
  log: CallLog;
  /** Temporal's; absent where it knows no such call. */
  history?: HistoryFacts;
  rows: Rows;
  /** The call's stream in Redis; absent where Redis was emptied meanwhile. */
  stream?: StreamFacts;
  /** Absent where none was kept; callers are told so by the call's history. */
  recording?: { bot: Part[]; caller: Line[] };
}

export interface HistoryFacts {
  /** `COMPLETED`, `RUNNING`, `FAILED`, … */
  status: string;
  /** Why the call ended, as its workflow returned it. */
  reason?: string;
  events: number;
  /** The turns as they were handed over to be written down, in order. */
  turns: TurnFact[];
  /** Build ids of the orchestrators that took its workflow tasks, each once. */
  versions: string[];
  /** How often the call's own row was handed over. */
  callRows: number;
  /** Failures of workflow tasks: code that is not deterministic, and the like. */
  taskFailures: string[];
  /** Stages that were started anew, by the signal that said so. `at` in ms since the Unix epoch. */
  lost: { at: number; activityIds: string[] }[];
}

export interface TurnFact {
  turn: number;
  caller: string;
  heard: string;
  interrupted: boolean;
}

/** What Postgres holds of the call. */
export interface Rows {
  turns: Omit<TurnFact, 'interrupted'>[];
  calls: { turns: number }[];
  /** Debts of the payment plans, dollars: the effects that were done. */
  plans: number[];
  /** Notes of effects. */
  effects: number;
}

export interface StreamFacts {
  /** Texts of the final hearings of each turn, by turn, of whatever attempt. */
  finals: Record<number, string[]>;
  /** How often the end of each utterance was told. */
  ends: Record<string, number>;
  callEnds: number;
}
