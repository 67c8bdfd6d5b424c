import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { Logger } from '../config/log.ts';
import { EngineError } from '../engines/error.ts';
import type { AudioChunk, InHeader } from '../stream/audio-chunk.ts';
import { CallStream, now, workOf } from '../stream/call-stream.ts';
import type { CallEvent, Placed } from '../stream/events.ts';
import type { Subscription } from '../stream/feed.ts';
import type { StreamHub } from '../stream/hub.ts';
import type { EndedStage, StageResult, StageWatch } from './stage-watch.ts';
import type { Arming } from './types.ts';

/** What every stage works with, whatever its service. */
export interface StageDeps {
  hub: StreamHub;
  log: Logger;
  /** Aborts when the process is asked to stop. */
  draining: AbortSignal;
  /** Metrics and traces, where there are any. */
  watch?: StageWatch;
}

/** What every stage is given. */
interface StageInput extends Arming {
  session: string;
  domain: string;
  adapter?: string;
}

/** Slow on purpose: each heartbeat is a write in Temporal, and most stages are over before their first. ms. */
const HEARTBEAT_MS = 20_000;

/**
 * The life of one stage of a turn: from taking its place on the call's stream to its durable result. It ends by
 * `finish` or `fail`, by Temporal's cancellation, or, if nothing has begun yet, by the worker's draining: then
 * Temporal's retry arms it on another worker.
 */
export class Stage<T> {
  readonly stream: CallStream;
  /** Fences this attempt off from earlier ones, in the same arming and in others. */
  readonly attempt: number;
  /** The stage has begun before: the stream may hold what was done then. */
  readonly isRetry: boolean;
  /** Aborts when the stage is over, however it ended. */
  readonly signal: AbortSignal;
  private readonly over = new AbortController();
  private readonly subscriptions: Subscription[] = [];
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly outcome: Promise<T>;
  private resolve!: (result: T) => void;
  private reject!: (error: unknown) => void;
  private readonly name: string;
  private readonly armedAt = now();
  private beganAt: number | undefined;
  private askedAt: number | undefined;
  private answeredAt: number | undefined;

  private constructor(
    readonly deps: StageDeps,
    private readonly input: StageInput,
    /** What this stage works on, as `workOf` names it in its events. */
    private readonly work: string,
    private readonly turn: number | undefined,
  ) {
    const { session, arming, again } = input;
    const { attempt, activityType } = Context.current().info;
    this.name = activityType;
    this.attempt = arming * 100 + Math.min(attempt, 99);
    this.isRetry = again || attempt > 1;
    this.signal = this.over.signal;
    this.outcome = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.stream = new CallStream(deps.hub, session, (error) =>
      deps.log.warn({ session, error: error.message }, 'an entry of the stream could not be read'),
    );
  }

  /** Runs a stage: `start` takes its place on the stream, and `finish` or `fail` is called some time later. */
  static async run<T extends StageResult>(
    deps: StageDeps,
    input: StageInput,
    { work, turn }: { work: string; turn?: number },
    start: (stage: Stage<T>) => Promise<void>,
  ): Promise<T> {
    const stage = new Stage<T>(deps, input, work, turn);
    deps.watch?.armed(stage.name);
    const context = Context.current();
    const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    const onDrain = () => stage.drain();
    deps.draining.addEventListener('abort', onDrain);
    context.cancellationSignal.addEventListener('abort', () => stage.fail(new CancelledFailure('cancelled')));
    try {
      if (deps.draining.aborted) stage.drain();
      // A stage may end while it is still taking its place: a stream from before may hold all that it needs.
      start(stage).catch((error: unknown) => stage.fail(error));
      const result = await stage.outcome;
      stage.tell({ result });
      const { attempt } = context.info;
      return attempt > 1 ? { ...result, attempts: attempt } : result;
    } catch (error) {
      stage.tell({ failure: failureOf(error), error });
      throw error;
    } finally {
      stage.over.abort();
      clearInterval(heartbeat);
      deps.draining.removeEventListener('abort', onDrain);
      for (const timer of stage.timers.values()) clearTimeout(timer);
      for (const subscription of stage.subscriptions) subscription.close();
    }
  }

  /** From here on the stage is at work: a draining worker lets it come to its end. */
  begin() {
    if (this.beganAt !== undefined) return;
    this.beganAt = now();
    this.deps.watch?.began(this.name);
  }

  /** The engine (or the store) is asked; the last time counts. */
  asked() {
    this.askedAt = now();
    this.answeredAt = undefined;
  }

  /** The first of its answer has come. Returns what it took, ms. */
  answered(): number | undefined {
    if (this.askedAt === undefined) return undefined;
    this.answeredAt ??= now();
    return this.answeredAt - this.askedAt;
  }

  private tell(outcome: EndedStage['outcome']) {
    const { deps, name, input, turn, armedAt, beganAt, askedAt, answeredAt, attempt, isRetry } = this;
    deps.watch?.ended({
      stage: name,
      session: input.session,
      turn,
      domain: input.domain,
      adapter: input.adapter,
      armedAt,
      beganAt,
      endedAt: now(),
      askedAt,
      answeredAt,
      attempt,
      isRetry,
      outcome,
    });
  }

  finish(result: T) {
    this.resolve(result);
  }

  fail(error: unknown) {
    this.reject(forTemporal(error));
  }

  /** Follows the call's events after `from` for as long as the stage lives. */
  async onEvents(from: string, listener: (event: Placed<CallEvent>) => void) {
    await this.keep(
      this.stream.onEvents(from, (event) => {
        if (this.isOfSuccessor(event)) this.fail(supersededError());
        else this.guard(() => listener(event));
      }),
    );
  }

  /** A later attempt at the same stage of the same turn is at work: this one was thought dead. */
  private isOfSuccessor(event: CallEvent): boolean {
    const { work } = this;
    return 'attempt' in event && workOf(event) === work && event.attempt > this.attempt;
  }

  /** Follows the caller's audio after `from` for as long as the stage lives. */
  async onAudioIn(from: string, listener: (chunk: AudioChunk<InHeader> & { id: string }) => void) {
    await this.keep(this.stream.onAudioIn(from, (chunk) => this.guard(() => listener(chunk))));
  }

  /** Runs `act` unless the stage is over; what it throws fails the stage. */
  guard(act: () => void) {
    if (this.signal.aborted) return;
    try {
      act();
    } catch (error) {
      this.fail(error);
    }
  }

  private async keep(subscribing: Promise<Subscription>) {
    const subscription = await subscribing;
    if (this.signal.aborted) subscription.close();
    else this.subscriptions.push(subscription);
  }

  /** Runs `act` after `ms`, unless the timer of this name is set again or cleared, or the stage ends before. */
  after(ms: number, name: string, act: () => void) {
    this.clear(name);
    if (this.signal.aborted) return;
    this.timers.set(
      name,
      setTimeout(() => this.guard(act), Math.max(0, ms)),
    );
  }

  clear(name: string) {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }

  private drain() {
    if (this.beganAt !== undefined) return;
    this.fail(ApplicationFailure.retryable('the worker is stopping; another one takes over', 'Draining'));
  }
}

/** Final for this attempt: its successor, in Temporal another activity, brings the result. */
const supersededError = () => ApplicationFailure.nonRetryable('another attempt has taken over', 'Superseded');

function failureOf(error: unknown): 'failed' | 'cancelled' | 'superseded' | 'drained' {
  if (error instanceof CancelledFailure) return 'cancelled';
  if (!(error instanceof ApplicationFailure)) return 'failed';
  return error.type === 'Superseded' ? 'superseded' : error.type === 'Draining' ? 'drained' : 'failed';
}

/** An engine that says that trying again is of no use (a wrong key, a missing model) is not tried again. */
function forTemporal(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.retryable) return error;
  return ApplicationFailure.create({ message: error.message, type: 'EngineRefused', nonRetryable: true });
}
