import { EventEmitter, once } from 'node:events';
import { type EffectOutcome, unanswered, useToolId } from '../../call/effects.ts';
import type { CallEvent } from '../../stream/events.ts';
import type { ToolRequest } from './effects.ts';

/** Longer than the tool itself may take, ms. */
const DEADLINE_MS = 12_000;

export interface HowToAsk {
  /** Not of a workflow of the first release, which knows the update alone. */
  bySignal: boolean;
  /** Aborts when the answer is of no use any more. */
  signal: AbortSignal;
}

/** What came of the tools that a turn has used, as the call's stream tells it: also to a reply that is written anew. */
export class ToolOutcomes {
  private readonly told = new Map<string, EffectOutcome>();
  private readonly news = new EventEmitter();

  constructor(
    /** Aborts when the stage is over. */
    private readonly over: AbortSignal,
    /** Asks the workflow; returns what came of it where that is not told in the stream. */
    private readonly ask: (request: ToolRequest, signal: AbortSignal) => Promise<EffectOutcome | undefined>,
  ) {}

  onEvent(event: CallEvent) {
    if (event.type !== 'tool.done' || this.told.has(event.use)) return;
    this.told.set(event.use, event.outcome);
    this.news.emit(event.use, event.outcome);
  }

  /** Rejects where the workflow can't be asked, does not answer in time, or the stage is over. */
  async of(request: ToolRequest): Promise<EffectOutcome> {
    const id = useToolId(request);
    const known = this.told.get(id);
    if (known) return known;
    const waiting = new AbortController();
    const giveUp = () => waiting.abort();
    const deadline = setTimeout(giveUp, DEADLINE_MS);
    this.over.addEventListener('abort', giveUp);
    const { signal } = waiting;
    try {
      const told = once(this.news, id, { signal }).then(([outcome]) => outcome as EffectOutcome);
      return await Promise.race([told, this.ask(request, signal).then((outcome) => outcome ?? told)]);
    } catch (error) {
      throw signal.aborted ? new Error(unanswered.message) : error;
    } finally {
      clearTimeout(deadline);
      this.over.removeEventListener('abort', giveUp);
      giveUp();
    }
  }
}
