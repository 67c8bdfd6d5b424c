import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { workflowIdOf } from '../call/request.ts';
import { type CallControl, CallRefused } from '../gateway/call-control.ts';
import type { TelephoneLines } from '../gateway/telephony/lines.ts';
import { type CallState, lineSignal, stateQuery } from '../workflows/messages.ts';

/** How long a call's workflow may take to say how it stands, ms; the question is taken back then (decision 0036). */
const STATE_MS = 2_000;

/** What the workflows of calls have to say about their telephone lines. */
export function telephoneLines(client: Client, control: CallControl): TelephoneLines {
  const handleOf = (session: string) => client.workflow.getHandle(workflowIdOf(session));
  const stateOf = (session: string): Promise<CallState> =>
    client.withDeadline(Date.now() + STATE_MS, () => handleOf(session).query(stateQuery));
  return {
    async answer(request) {
      const { session, callSid } = request;
      const call = await control.ensure(request).catch((error: unknown) => {
        if (error instanceof CallRefused) return 'refused';
        throw error;
      });
      if (call === 'started') return 'bot';
      let state: CallState;
      try {
        state = await stateOf(session);
      } catch (error) {
        if (call === 'running') return 'bot';
        if (error instanceof WorkflowNotFoundError) return 'hang-up';
        throw error;
      }
      // A second telephone call to one session; the first is the one that is talked with.
      if (state.line.callSid && callSid && state.line.callSid !== callSid) return 'hang-up';
      if (state.transfer) return 'person';
      return state.phase === 'farewell' || state.phase === 'ended' ? 'hang-up' : 'bot';
    },
    async report(session, report) {
      try {
        await handleOf(session).signal(lineSignal, report);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
    async summaryOf(session) {
      return (await stateOf(session)).transfer?.summary;
    },
  };
}
