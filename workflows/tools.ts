import { condition, log } from '@temporalio/workflow';
import type { z } from 'zod';
import type { UseToolResult } from '../activities/types.ts';
import { type EffectOutcome, unanswered, useToolId } from '../call/effects.ts';
import { usesPerTurn, waitingTools } from './limits.ts';
import type { CallMemory } from './memory.ts';
import type { useToolPayload } from './messages.ts';
import type { Stages } from './stages.ts';

type Use = z.output<typeof useToolPayload>;

/**
 * The tools with an effect that replies ask for. One at a time: each sees what those before it found out about the
 * caller, and guesses at an identity can't be made side by side.
 */
export class Tools {
  private last: Promise<unknown> = Promise.resolve();
  /** Uses that wait or are at work, by their turns. */
  private readonly underWay = new Map<number, number>();

  constructor(
    private readonly memory: CallMemory,
    private readonly stages: Stages,
  ) {}

  /** What came of it is told in the call's stream. Throws where there is no room for it; never rejects. */
  ask(use: Use): Promise<unknown> {
    this.assertRoom(use);
    return this.inOrder(use, async () => {
      const known = this.memory.outcomeOf(useToolId(use));
      const outcome = known ?? (await this.run(use));
      // The activity itself tells of all else.
      if (known || outcome === unanswered) await this.tell(use, outcome);
    });
  }

  /** Returns what came of it; never rejects. */
  use(use: Use): Promise<EffectOutcome> {
    return this.inOrder(use, () => this.run(use));
  }

  /** Resolves when no tool of the turn is at work. */
  async settled(turn: number): Promise<void> {
    await condition(() => !this.underWay.has(turn));
  }

  private inOrder<T>({ turn }: Use, act: () => Promise<T>): Promise<T> {
    const { underWay } = this;
    underWay.set(turn, (underWay.get(turn) ?? 0) + 1);
    const done = this.last.then(act);
    this.last = done;
    return done.finally(() => {
      const left = underWay.get(turn)! - 1;
      if (left > 0) underWay.set(turn, left);
      else underWay.delete(turn);
    });
  }

  /** What no reply would ask for must not fill the call's memory, nor its history. */
  private assertRoom({ turn }: Use) {
    const { memory, underWay } = this;
    if (turn > memory.turn) throw new Error(`turn ${turn} has not begun`);
    const waiting = [...underWay.values()].reduce((sum, uses) => sum + uses, 0);
    if (waiting >= waitingTools) throw new Error(`${waitingTools} tools already wait in this call`);
    if (memory.usesIn(turn) >= usesPerTurn) throw new Error(`turn ${turn} has used ${usesPerTurn} tools`);
  }

  private async run(use: Use): Promise<EffectOutcome> {
    const { memory } = this;
    const { turn, tool } = use;
    const { shown, outcome, identity, recording } = await this.perform(use);
    if (memory.turnOf(turn)) log.warn('a tool was used after its turn had been settled', { turn, tool });
    memory.addToolUse(useToolId(use), turn, { name: tool, input: shown, output: outcome });
    if (identity === 'mismatch')
      memory.identity = { ...memory.identity, failures: memory.identity.failures + 1 };
    else if (identity) memory.identity = { ...memory.identity, state: 'verified', ...identity };
    if (recording) memory.recording = recording;
    return outcome;
  }

  private async perform(use: Use): Promise<UseToolResult> {
    const { session, domain } = this.memory.request;
    const { tool, input } = use;
    const id = useToolId(use);
    try {
      return await this.stages.run(nameOf(use, id, tool), (act) => {
        const { identity, line, request } = this.memory;
        const telephone = request.origin === 'twilio' || line.callSid !== undefined;
        const key = `${session}/${id}`;
        return act.useTool({ session, id, domain, tool, input, key, identity, telephone });
      });
    } catch (error) {
      log.warn('a tool could not be used', { tool, error: String(error) });
      return { shown: {}, outcome: unanswered };
    }
  }

  private async tell(use: Use, outcome: EffectOutcome) {
    const { session } = this.memory.request;
    const id = useToolId(use);
    const name = nameOf(use, `tell-${id}`, `what came of ${use.tool}`);
    await this.stages
      .run(name, (act) => act.tellTool({ session, id, outcome }))
      .catch((error: unknown) => log.warn('an outcome could not be told', { id, error: String(error) }));
  }
}

const nameOf = ({ turn }: Use, id: string, what: string) => ({
  id,
  summary: `turn ${turn}: ${what}`,
  group: `turn ${turn}`,
});
