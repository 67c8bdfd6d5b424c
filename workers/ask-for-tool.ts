import type { Client } from '@temporalio/client';
import type { ToolRequest } from '../activities/reply/effects.ts';
import type { EffectOutcome } from '../call/effects.ts';
import { workflowIdOf } from '../call/request.ts';
import { useToolId, useToolUpdate } from '../workflows/messages.ts';

/** Longer than the tool itself may take, ms. A deadline would be kept by each request, and tries follow each other. */
const DEADLINE_MS = 12_000;

/** Asks a call's workflow to use a tool, by an update whose id makes asking again harmless. Rejects when it can't. */
export const askForTool = (client: Client, session: string, request: ToolRequest): Promise<EffectOutcome> =>
  client.withAbortSignal(AbortSignal.timeout(DEADLINE_MS), () =>
    client.workflow
      .getHandle(workflowIdOf(session))
      .executeUpdate(useToolUpdate, { args: [request], updateId: useToolId(request) }),
  );
