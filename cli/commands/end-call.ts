import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { Command, Option } from '../clipanion.ts';
import { workflowIdOf } from '../../call/request.ts';
import { endPayload, endUpdate } from '../../workflows/messages.ts';
import { parseSession, statusOf, unknownSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { connectTemporal, type TemporalAccess, within } from '../connect-temporal.ts';
import { CliError, usageError } from '../error.ts';
import { findPlaces } from '../places.ts';

/** An orchestrator answers an update within this, ms, also one that has just taken over from another. */
const UPDATE_TIMEOUT_MS = 10_000;

export class EndCall extends OrkestraCommand {
  static override paths = [['end-call']];

  static override usage = Command.Usage({
    description: 'have the bot say goodbye and end a call',
    examples: [['End a call', '$0 end-call demo-1 --reason "the branch closes"']],
  });

  session = Option.String({ name: 'SESSION' });
  reason = Option.String('--reason', 'ended from the command line', { description: 'why, for the record' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    const session = parseSession(this.session);
    const payload = endPayload.safeParse({ reason: this.reason });
    if (!payload.success) throw usageError('--reason: a reason has 1 to 200 characters.');
    const temporal = await connectTemporal(findPlaces());
    try {
      const status = await statusOf(temporal, session);
      if (status === 'unknown') throw unknownSession(session);
      if (status === 'ended') throw alreadyEnded(session);
      const { phase } = await this.end(temporal, session, payload.data);
      if (this.json) this.printJson({ session, phase, reason: payload.data.reason });
      else this.print(`Call ${session} is ending: ${payload.data.reason}.`);
    } finally {
      await temporal.close();
    }
  }

  private async end({ client, connection }: TemporalAccess, session: string, payload: { reason: string }) {
    const handle = client.workflow.getHandle(workflowIdOf(session));
    try {
      return await within(
        connection,
        () => handle.executeUpdate(endUpdate, { args: [payload] }),
        UPDATE_TIMEOUT_MS,
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw alreadyEnded(session);
      if (error instanceof WorkflowUpdateFailedError) {
        throw new CliError(`Call ${session} refused to end: ${error.cause?.message ?? error.message}.`);
      }
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
        throw new CliError(
          `Call ${session} did not answer within ${UPDATE_TIMEOUT_MS / 1_000} s: see with \`orkestra orchestrator-health\` whether an orchestrator runs.`,
        );
      }
      throw error;
    }
  }
}

const alreadyEnded = (session: string) =>
  new CliError(`The call of session ${session} has already ended: there is nothing left to end.`);
