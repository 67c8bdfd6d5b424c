import type { CallEvent } from '../stream/events.ts';
import type { ArmedAdapter } from './types.ts';

/**
 * How long before a switch was taken in by the workflow the caller may have begun to speak for it to hold for the
 * same words, ms: a signal is with Temporal some time before it is with the workflow, up to this where an orchestrator
 * is busy or has just died.
 */
const GRACE_MS = 1_000;

/**
 * The adapter of one turn: the one that it was armed with, or a later one that the stream tells of before the
 * caller's words are answered. Stages that follow the same events come to the same.
 */
export class TurnAdapter {
  private readonly switches: { nth: number; adapter: string; acceptedAt: number }[];
  private begunAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly turn: number,
    { adapter, adapterNth: nth = 0 }: ArmedAdapter,
  ) {
    this.switches = [{ nth, adapter, acceptedAt: Number.NEGATIVE_INFINITY }];
  }

  onEvent(event: CallEvent) {
    switch (event.type) {
      case 'call.adapter':
        this.switches.push(event);
        return;
      case 'speech.started':
      case 'caller.typed':
      case 'caller.digit':
        this.begunAt = Math.min(this.begunAt, event.at);
        return;
      case 'turn.ignored':
        if (event.turn === this.turn) this.begunAt = Number.POSITIVE_INFINITY;
        return;
    }
  }

  get current(): string {
    const inTime = this.switches.filter(({ acceptedAt }) => acceptedAt <= this.begunAt + GRACE_MS);
    return inTime.reduce((last, one) => (one.nth >= last.nth ? one : last)).adapter;
  }
}
