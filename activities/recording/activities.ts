import { Context } from '@temporalio/activity';
import type { Logger } from '../../config/log.ts';
import type { AnalyticsActivities, RecordingOutcome } from '../types.ts';
import type { Recorder } from './recorder.ts';

/** A recording that can't be finished is tried this often, within some seconds; then the call goes without it. */
const ATTEMPTS = 5;

/**
 * The activities of the analytics workers, with recordings: they go along with the rows, so that a turn costs no
 * more events for being recorded. Rows come first: a recording is never a reason to lose one.
 */
export function recordedActivities(
  rows: AnalyticsActivities,
  recorder: Recorder,
  log: Logger,
): AnalyticsActivities {
  return {
    async recordTurn(input) {
      const { session, recording = 'undisclosed' } = input;
      // Keeping never rejects.
      await Promise.all([rows.recordTurn(input), recorder.keep(session, recording)]);
    },
    async recordCall(input) {
      // Before the row: a database that is away for long outlives the call's stream.
      await recorder.keep(input.session, input.recording ?? 'undisclosed');
      await rows.recordCall(input);
      return { recording: await finish(input.session) };

      async function finish(session: string): Promise<RecordingOutcome> {
        try {
          return await recorder.finish(session, input.recording ?? 'undisclosed');
        } catch (error) {
          if (Context.current().info.attempt < ATTEMPTS) throw error;
          log.error({ session, reason: (error as Error).message }, 'a call’s recording is lost');
          return 'could not be written';
        }
      }
    },
  };
}
