import { ApplicationFailure } from '@temporalio/activity';
import { findDomain } from '../../domains/registry.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { type PastTurn, readDialogue } from '../dialogue.ts';
import { Stage, type StageDeps } from '../stage.ts';
import type { EffectOutcome } from '../../call/effects.ts';
import type { LlmActivities, ReplyInput, ReplyResult } from '../types.ts';
import type { LoadedAdapters } from './adapted.ts';
import { BotTurn } from './bot-turn.ts';
import type { ToolRequest } from './effects.ts';
import { type HowToAsk, ToolOutcomes } from './tool-outcomes.ts';

export interface ReplyDeps extends StageDeps {
  /** The engine that answers in a domain. */
  engineFor(domain: string): LlmEngine;
  /** The adapters that this worker has loaded. */
  adapters: LoadedAdapters;
  /** The turns before this one, from the workflow, which has the truth; for when Redis has lost them. */
  askWorkflow(session: string): Promise<Map<number, PastTurn>>;
  /**
   * Has the workflow use a tool with an effect; the same request is done once. By signal it is told in the call's stream
   * what came of it, else it is returned. Rejects where it can't be asked.
   */
  askForTool(session: string, request: ToolRequest, how: HowToAsk): Promise<EffectOutcome | undefined>;
}

/** The activity of the llm workers: writes the reply to one turn. */
export function llmActivities(deps: ReplyDeps): LlmActivities {
  return {
    reply: (input: ReplyInput) =>
      Stage.run<ReplyResult>(
        deps,
        input,
        { work: `reply-${input.turn}`, turn: input.turn },
        async (stage) => {
          const domain = findDomain(input.domain);
          if (!domain)
            throw ApplicationFailure.nonRetryable(`no domain is called ${input.domain}`, 'BadInput');
          const { session, turn } = input;
          const past =
            (await readDialogue(deps.hub.redis, session, turn)) ?? (await deps.askWorkflow(session));
          const engine = deps.engineFor(input.domain);
          const { toolsBySignal: bySignal = false } = input;
          const outcomes = new ToolOutcomes(stage.signal, (request, signal) =>
            deps.askForTool(session, request, { bySignal, signal }),
          );
          const reply = new BotTurn(stage, input, domain, engine, deps.adapters, past, (request) =>
            outcomes.of(request),
          );
          await stage.onEvents(input.cursor, (event) => {
            outcomes.onEvent(event);
            reply.onEvent(event);
          });
          stage.guard(() => reply.goLive());
        },
      ),
  };
}
