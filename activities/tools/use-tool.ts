import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { mostIdentityFailures, type NotDone } from '../../call/effects.ts';
import type { Logger } from '../../config/log.ts';
import { type Effected, type EffectTool, Refusal } from '../../domains/domain.ts';
import { findDomain } from '../../domains/registry.ts';
import type { Database } from '../../store/database.ts';
import { once } from '../../store/effects.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { StreamHub } from '../../stream/hub.ts';
import type { ToldTool, ToolActivities, UseToolInput, UseToolResult } from '../types.ts';

/** What waits for a stream that is away longer than this goes on, ms: Redis is given the news when it is back. */
const TELL_MS = 2_000;

export interface ToolDeps {
  hub: StreamHub;
  log: Logger;
  database(): Promise<Database>;
  /** Whether there is a number where persons answer. */
  hasAgents: boolean;
}

/**
 * The activity behind every tool with an effect, on the orchestrator's queue. `database` is opened when a tool is
 * first used: Postgres being away costs tools, not calls. Rejects where it can't be reached; Temporal tries again.
 */
export function toolActivities(deps: ToolDeps): ToolActivities {
  return {
    async useTool(use) {
      const result = await perform(deps, use);
      const { session, id } = use;
      if (id !== undefined) await tell(deps, { session, id, outcome: result.outcome });
      return result;
    },
    tellTool: (told) => tell(deps, told),
  };
}

/** Never rejects. */
async function tell({ hub, log }: ToolDeps, { session, id, outcome }: ToldTool): Promise<void> {
  const told = new CallStream(hub, session)
    .emit({ type: 'tool.done', at: now(), use: id, outcome })
    .catch((error: Error) => log.warn({ session, id, error: error.message }, 'an outcome could not be told'));
  await Promise.race([told, sleep(TELL_MS, undefined, { ref: false })]);
}

async function perform(deps: ToolDeps, use: UseToolInput): Promise<UseToolResult> {
  const tool = findDomain(use.domain)?.effects.find(({ name }) => name === use.tool);
  if (!tool) return notDone({}, 'input', `There is no tool ${use.tool}.`);
  const parsed = tool.input.safeParse(use.input ?? {});
  // What is wrong may be personal all the same, so nothing of it is kept.
  if (!parsed.success) return notDone({}, 'input', `Wrong arguments: ${z.prettifyError(parsed.error)}`);
  const shown = tool.conceal ? tool.conceal(parsed.data) : parsed.data;
  const forbidden = whyForbidden(tool, use);
  if (forbidden) return notDone(shown, forbidden, messages[forbidden]);
  try {
    const { output, ...facts } = await run(deps, tool, parsed.data, use);
    return { shown, outcome: { done: true, output }, ...facts };
  } catch (error) {
    if (error instanceof Refusal) return notDone(shown, 'refused', error.message);
    throw error;
  }
}

function whyForbidden(tool: EffectTool, { identity }: UseToolInput): 'identity' | 'locked' | undefined {
  const locked = identity.state !== 'verified' && identity.failures >= mostIdentityFailures;
  if (tool.checksIdentity && locked) return 'locked';
  if (tool.requires === 'identity' && identity.state !== 'verified') return locked ? 'locked' : 'identity';
  return undefined;
}

const messages = {
  identity: 'The caller’s identity has to be checked first.',
  locked: 'The caller’s identity could not be confirmed in this call; no further attempt is possible.',
};

async function run(deps: ToolDeps, tool: EffectTool, input: unknown, use: UseToolInput): Promise<Effected> {
  const { session, key, identity } = use;
  const canTransfer = deps.hasAgents && use.telephone;
  return once(await deps.database(), { key, session, tool: tool.name }, (query) =>
    tool.run(input, { session, key, customer: identity.customer, canTransfer, query }),
  );
}

const notDone = (shown: unknown, why: NotDone, message: string): UseToolResult => ({
  shown,
  outcome: { done: false, why, message },
});
