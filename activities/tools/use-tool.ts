import { z } from 'zod';
import { mostIdentityFailures, type NotDone } from '../../call/effects.ts';
import { type Effected, type EffectTool, Refusal } from '../../domains/domain.ts';
import { findDomain } from '../../domains/registry.ts';
import type { Database } from '../../store/database.ts';
import { once } from '../../store/effects.ts';
import type { ToolActivities, UseToolInput, UseToolResult } from '../types.ts';

export interface ToolDeps {
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
    },
  };
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
