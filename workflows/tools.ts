import { condition, log } from '@temporalio/workflow';
import type { z } from 'zod';
import type { UseToolResult } from '../activities/types.ts';
import type { EffectOutcome } from '../call/effects.ts';
import type { CallMemory } from './memory.ts';
import { useToolId, type useToolPayload } from './messages.ts';
import type { Stages } from './stages.ts';

type Use = z.output<typeof useToolPayload>;

/**
 * The tools with an effect that replies ask for. One at a time: each sees what those before it found out about the
 * caller, and guesses at an identity can't be made side by side.
 */
export class Tools {
  private last: Promise<unknown> = Promise.resolve();
  private readonly underWay = new Map<number, number>();

  constructor(
    private readonly memory: CallMemory,
    private readonly stages: Stages,
  ) {}

  /** Never rejects. */
  use(use: Use): Promise<EffectOutcome> {
    const { underWay } = this;
    underWay.set(use.turn, (underWay.get(use.turn) ?? 0) + 1);
    const outcome = this.last.then(() => this.run(use));
    this.last = outcome;
    return outcome.finally(() => underWay.set(use.turn, underWay.get(use.turn)! - 1));
  }

  /** Resolves when no tool of the turn is at work. */
  async settled(turn: number): Promise<void> {
    await condition(() => (this.underWay.get(turn) ?? 0) === 0);
    this.underWay.delete(turn);
  }

  private async run(use: Use): Promise<EffectOutcome> {
    const { memory } = this;
    const { turn, tool } = use;
    const { shown, outcome, identity, recording } = await this.perform(use);
    memory.addToolUse(turn, { name: tool, input: shown, output: outcome });
    if (identity === 'mismatch')
      memory.identity = { ...memory.identity, failures: memory.identity.failures + 1 };
    else if (identity) memory.identity = { ...memory.identity, state: 'verified', ...identity };
    if (recording) memory.recording = recording;
    return outcome;
  }

  private async perform(use: Use): Promise<UseToolResult> {
    const { session, domain } = this.memory.request;
    const { turn, tool, input } = use;
    const id = useToolId(use);
    try {
      return await this.stages.run({ id, summary: `turn ${turn}: ${tool}`, group: `turn ${turn}` }, (act) => {
        const { identity, line, request } = this.memory;
        const telephone = request.origin === 'twilio' || line.callSid !== undefined;
        return act.useTool({ session, domain, tool, input, key: `${session}/${id}`, identity, telephone });
      });
    } catch (error) {
      log.warn('a tool could not be used', { tool, error: String(error) });
      const message = 'The systems behind this could not be reached; it is not known whether it was done.';
      return { shown: {}, outcome: { done: false, why: 'unavailable', message } };
    }
  }
}
