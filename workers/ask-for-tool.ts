import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { ToolRequest } from '../activities/reply/effects.ts';
import type { HowToAsk } from '../activities/reply/tool-outcomes.ts';
import { type EffectOutcome, useToolId } from '../call/effects.ts';
import { workflowIdOf } from '../call/request.ts';
import { useToolPayload, useToolSignal, useToolUpdate } from '../workflows/messages.ts';

/**
 * Asks a call's workflow to use a tool; asking again is harmless. By signal it is told in the call's stream what came of
 * it, else it is returned. Rejects where the request is wrong, and where it can't ask.
 */
export async function askForTool(
  client: Client,
  session: string,
  request: ToolRequest,
  { bySignal, signal }: HowToAsk,
): Promise<EffectOutcome | undefined> {
  // The workflow has nobody to tell what is wrong with a signal.
  const { error } = useToolPayload.safeParse(request);
  if (error) throw new Error(z.prettifyError(error));
  const handle = client.workflow.getHandle(workflowIdOf(session));
  return client.withAbortSignal(signal, async () => {
    if (!bySignal)
      return handle.executeUpdate(useToolUpdate, { args: [request], updateId: useToolId(request) });
    await handle.signal(useToolSignal, request);
    return undefined;
  });
}
