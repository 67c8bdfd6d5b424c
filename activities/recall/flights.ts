import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type AnswerScope, scopeValues, wordsOf } from '../../store/answers.ts';
import type { RedisClient } from '../../stream/connection.ts';

/** How often one that waits looks, ms. */
const LOOK_MS = 20;

/** ms. */
const LIMITS = {
  /** A process that dies with a question in hand keeps others from it no longer. */
  flight: 5_000,
  /** A caller is not kept waiting for another call's model for longer, whatever models take. */
  wait: 1_500,
  /** What a model takes, until it is known. */
  firstGuess: 800,
};

/**
 * Equal questions that come at the same time, in whatever process: the first one goes to the model, the others wait
 * for its answer, each no longer than a model lately took.
 */
export class Flights {
  private modelMs: number;

  constructor(
    private readonly redis: RedisClient,
    private readonly limits = LIMITS,
  ) {
    this.modelMs = limits.firstGuess;
  }

  /** How long a question that is in other hands is waited for, ms. */
  get waitMs(): number {
    return Math.min(Math.round(this.modelMs), this.limits.wait);
  }

  /** Takes the question in hand for `holder`; false where somebody else has it. */
  async take(scope: AnswerScope, question: string, holder: string): Promise<boolean> {
    const key = keyOf(scope, question);
    const taken = await this.redis.set(key, holder, 'PX', this.limits.flight, 'NX');
    return taken === 'OK' || (await this.redis.get(key)) === holder;
  }

  /** Resolves when the question is in nobody's hands any more, or has been waited for. */
  async landed(scope: AnswerScope, question: string, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + this.waitMs;
    const key = keyOf(scope, question);
    while (performance.now() < deadline && !signal.aborted) {
      await setTimeout(LOOK_MS);
      if ((await this.redis.get(key)) === null) return;
    }
  }

  /** Lets go of a question: its answer is stored, or will not be. `tookMs` is what the model took, where it was asked. */
  async land(scope: AnswerScope, question: string, holder: string, tookMs?: number): Promise<void> {
    if (tookMs !== undefined) this.modelMs += (tookMs - this.modelMs) / 4;
    const key = keyOf(scope, question);
    if ((await this.redis.get(key)) === holder) await this.redis.del(key);
  }
}

const keyOf = (scope: AnswerScope, question: string) =>
  `orkestra:answering:${createHash('sha256')
    .update(JSON.stringify([...scopeValues(scope), wordsOf(question)]))
    .digest('hex')
    .slice(0, 32)}`;
