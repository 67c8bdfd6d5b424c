import type { CallRequest } from '../../call/request.ts';
import type { LineReport } from '../../call/telephone.ts';

/** What is to be done with a telephone call: connect it to the bot or to a person, or hang up. */
export type LineAnswer = 'bot' | 'person' | 'hang-up';

/** What the telephone's webhooks ask and tell the workflows of calls. */
export interface TelephoneLines {
  /** Starts the call or joins it, and tells what its line is to do now. Rejects where that can't be known. */
  answer(request: CallRequest): Promise<LineAnswer>;
  /** Passes on what became of a line. News of a call that is over, or never was, is nobody's. */
  report(session: string, report: LineReport): Promise<void>;
  /** What a person is told before they take this call over; undefined where none was asked for. */
  summaryOf(session: string): Promise<string | undefined>;
}
