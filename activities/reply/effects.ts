import type { EffectOutcome } from '../../call/effects.ts';
import type { Domain } from '../../domains/domain.ts';
import type { Effects } from '../../engines/llm/engine.ts';
import type { Generation } from './generation.ts';

/** One use of a tool with an effect, as `useToolId` names it. */
export interface ToolRequest {
  turn: number;
  tool: string;
  nth: number;
  input: unknown;
}

export type AskForTool = (request: ToolRequest) => Promise<EffectOutcome>;

/** A caller who hears nothing for longer wonders, ms. */
const PATIENCE_MS = 700;
/** Uses of one tool in one turn. */
const MOST_USES = 5;

/**
 * The domain's tools with an effect, as a reply may use them: once the caller's words are final, through the
 * workflow. Which use it is depends on the turn and the tool alone, so that a reply that is written anew, by a
 * model that words its input otherwise, gets what was done the first time.
 */
export function effectsOf(domain: Domain, generation: Generation, turn: number, ask: AskForTool): Effects {
  const uses = new Map<string, number>();
  return {
    tools: domain.effects,
    async use(tool, input) {
      const nth = (uses.get(tool) ?? 0) + 1;
      uses.set(tool, nth);
      if (nth > MOST_USES) return unavailable(`${tool} was used ${MOST_USES} times in this turn already.`);
      await generation.released;
      if (generation.stopped) return unavailable('The caller has gone on.');
      const patience = setTimeout(() => generation.askForPatience(), PATIENCE_MS);
      const outcome = await ask({ turn, tool, nth, input })
        .catch((error: unknown) => unavailable((error as Error).message))
        .finally(() => clearTimeout(patience));
      const known = domain.effects.find(({ name }) => name === tool);
      const parsed = known?.input.safeParse(input);
      const shown = parsed?.success ? (known!.conceal?.(parsed.data) ?? parsed.data) : {};
      generation.written.tools.push({ name: tool, input: shown, output: outcome });
      return outcome;
    },
  };
}

const unavailable = (message: string): EffectOutcome => ({ done: false, why: 'unavailable', message });
