/** A stage that has come to its end, as metrics and traces see it. Times are ms since the Unix epoch. */
export interface EndedStage {
  /** The activity: `listen`, `recall`, `reply`, `speak`. */
  stage: string;
  session: string;
  /** Absent for what belongs to no turn: a greeting, a farewell. */
  turn: number | undefined;
  domain: string;
  adapter: string | undefined;
  /** When it stood ready. */
  armedAt: number;
  /** When it had something to do; absent where it never had. */
  beganAt: number | undefined;
  endedAt: number;
  /** The last time that it asked its engine (or the store), and when the first of the answer came. */
  askedAt: number | undefined;
  answeredAt: number | undefined;
  /** The fencing number. */
  attempt: number;
  isRetry: boolean;
  /** What it returned, or how it failed. */
  outcome:
    | { result: StageResult }
    | { failure: 'failed' | 'cancelled' | 'superseded' | 'drained'; error: unknown };
}

/** What is of interest in the results of stages; see `types.ts` for all of each. */
export interface StageResult {
  kind: string;
  engine?: string;
  source?: string;
  /** The adapter that answered, which may not be the one that was armed. */
  adapter?: string;
  stored?: boolean;
  interrupted?: boolean;
  inputTokens?: number;
  outputTokens?: number;
}

/** Who looks on as stages stand ready, begin to work, and end. Must be quick, and must not throw. */
export interface StageWatch {
  armed(stage: string): void;
  began(stage: string): void;
  ended(stage: EndedStage): void;
}
