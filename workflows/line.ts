import { ActivityFailure, ApplicationFailure, condition, log } from '@temporalio/workflow';
import { type AnsweredBy, isFinal, type LineReport, type LineStatus } from '../call/telephone.ts';
import type { TelephonyActivities } from '../activities/types.ts';
import { dialAttempts, dialDoubtMs } from './limits.ts';
import type { CallMemory } from './memory.ts';

/** A call's telephone line, as far as it is known. */
export interface LineState {
  callSid?: string;
  status?: LineStatus;
  answeredBy?: AnsweredBy;
}

/** What becomes of a line that means the end of the call. */
export interface LineEvents {
  over(reason: string): void;
  /** A machine has taken the call, and is ready for a message or not. */
  machine(takesMessage: boolean): void;
  answered(): void;
}

const endings: Partial<Record<LineStatus, string>> = {
  completed: 'the caller hung up',
  busy: 'the line was busy',
  'no-answer': 'nobody answered',
  failed: 'the number could not be reached',
  canceled: 'the call was cancelled',
};

/**
 * The telephone line of a call. A call that we place rings once, whatever crashes: Twilio has no idempotency key, so
 * when it is not known whether a request was carried out, Twilio's own news of the call, which carry its session,
 * are waited for, and then its list of calls is read; only then is it placed again. See decision 0012.
 */
export class Line {
  private dialling = false;

  constructor(
    private readonly memory: CallMemory,
    private readonly act: () => TelephonyActivities,
    private readonly on: LineEvents,
  ) {}

  /** Places the call. Never rejects. */
  async dial(): Promise<void> {
    const { memory } = this;
    const { session, phone, settings } = memory.request;
    if (!phone) return this.on.over('there is no number to call');
    this.dialling = true;
    for (let again = false, left = dialAttempts; left > 0 && this.unplaced; again = true, left -= 1) {
      try {
        const input = { session, phone, settings, again, since: memory.startedAt };
        this.report(await this.act().dial(input));
      } catch (error) {
        const refusal = refusalIn(error);
        log.warn('the call was not placed, or it is not known', { error: String(refusal ?? error) });
        if (refusal) this.on.over(`the call could not be placed: ${refusal}`);
        else await condition(() => !this.unplaced, dialDoubtMs);
      }
    }
    if (this.unplaced) this.on.over('the call could not be placed');
    this.dialling = false;
  }

  report({ callSid, status, answeredBy }: LineReport) {
    const { line } = this.memory;
    // Another line: the one that a person was reached on, or one from before.
    if (line.callSid !== undefined && line.callSid !== callSid) return;
    line.callSid = callSid;
    // News come in any order; what is over stays over.
    if (status && !isFinal(line.status)) {
      line.status = status;
      const ending = endings[status];
      if (ending) this.on.over(ending);
      else if (status === 'in-progress') this.on.answered();
    }
    if (answeredBy && !line.answeredBy) {
      line.answeredBy = answeredBy;
      if (answeredBy === 'fax') this.on.machine(false);
      else if (answeredBy.startsWith('machine')) this.on.machine(true);
    }
  }

  /** Ends a telephone call that no stream has come from: it may still be ringing. Never rejects. */
  async hangUp(): Promise<void> {
    await condition(() => !this.dialling);
    const { callSid, status } = this.memory.line;
    if (!callSid || isFinal(status)) return;
    await this.act()
      .hangUpLine({ callSid })
      .catch((error: unknown) => log.warn('a telephone may still ring', { error: String(error) }));
  }

  /** Nothing is known of a telephone call, and nobody has given it up. */
  private get unplaced() {
    return this.memory.line.callSid === undefined && !this.memory.ending;
  }
}

/** Why Twilio will not place this call; undefined where it may have. */
function refusalIn(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable ? cause.message : undefined;
}
