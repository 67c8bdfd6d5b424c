import { DEFAULT_ADAPTER, type FailedAdapter } from '../../call/adapter.ts';
import type { Domain } from '../../domains/domain.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { now } from '../../stream/call-stream.ts';
import { type CallEvent, type EventOf, type Placed, replyUtterance } from '../../stream/events.ts';
import { type PastTurn, toMessages } from '../dialogue.ts';
import type { Stage } from '../stage.ts';
import { TurnAdapter } from '../turn-adapter.ts';
import type { ReplyInput, ReplyResult } from '../types.ts';
import { adaptTo, type LoadedAdapters } from './adapted.ts';
import { type AskForTool, effectsOf } from './effects.ts';
import { endsCall, Generation, sentencesOf } from './generation.ts';

/** Said when a tool keeps the caller waiting. */
export const ONE_MOMENT = 'One moment, please.';

/** A hit or a miss that was promised may be this late, ms: then the model is asked without it. */
const WAIT_SLACK_MS = 250;

/**
 * The bot's side of one turn: starts to write on the eager hearing, starts again when the caller went on and said
 * more, and is done when the final hearing has been answered.
 */
export class BotTurn {
  private current: Generation | undefined;
  /** The hearing to answer, while what the stream already holds is still being read. */
  private pending: EventOf<'turn.eager'> | EventOf<'turn.final'> | undefined;
  private live = false;
  /** What `current` answers. */
  private question = '';
  private committed: number | undefined;
  /** Sentences and ends of replies that earlier attempts put on the stream, by revision. */
  private readonly adapter: TurnAdapter;
  private readonly earlier = new Map<number, { sentences: string[]; done?: EventOf<'reply.done'> }>();

  constructor(
    private readonly stage: Stage<ReplyResult>,
    private readonly input: ReplyInput,
    private readonly domain: Domain,
    private readonly engine: LlmEngine,
    private readonly adapters: LoadedAdapters,
    private readonly past: Map<number, PastTurn>,
    private readonly askForTool: AskForTool,
  ) {
    this.adapter = new TurnAdapter(input.turn, input);
    stage.signal.addEventListener('abort', () => this.current?.stop());
  }

  /** The past has been read: from here on events are acted on as they come. */
  goLive() {
    this.live = true;
    if (this.pending) this.onHeard(this.pending);
  }

  onEvent(event: Placed<CallEvent>) {
    const { turn } = this.input;
    this.adapter.onEvent(event);
    switch (event.type) {
      case 'turn.eager':
      case 'turn.final':
        if (event.turn === turn) this.onHeard(event);
        return;
      case 'turn.resumed':
        if (event.turn === turn) this.discard();
        return;
      case 'recall.hit':
        if (event.turn === turn) this.onHit(event);
        return;
      case 'recall.wait':
        if (event.turn === turn) this.onWait(event);
        return;
      case 'recall.miss':
        if (event.turn === turn) this.onMiss(event.revision);
        return;
      case 'reply.sentence':
        if (event.turn === turn && event.attempt < this.stage.attempt) {
          this.earlierOf(event.revision).sentences[event.index] = event.text;
        }
        return;
      case 'reply.done':
        if (event.turn === turn && event.attempt < this.stage.attempt) {
          this.earlierOf(event.revision).done = event;
        }
        return;
      case 'playback.ended':
        return this.onPlayed(event);
      case 'call.ended':
        return this.onCallEnded();
    }
  }

  private onHeard(event: EventOf<'turn.eager'> | EventOf<'turn.final'>) {
    this.stage.begin();
    if (event.type === 'turn.final') this.committed = event.revision;
    if (!this.live) this.pending = event;
    else if (this.current?.revision !== event.revision) this.start(event.revision, event.text);
    else if (this.current.done) this.finish();
    if (this.committed !== undefined && this.current?.revision === this.committed) this.current.release();
  }

  private start(revision: number, text: string) {
    this.current?.stop();
    const earlier = this.earlier.get(revision);
    if (earlier?.done && this.committed === revision) return this.adopt(earlier.sentences, earlier.done);
    this.write(revision, text, this.adapter.current);
  }

  private write(revision: number, text: string, adapter: string, failed?: FailedAdapter): void {
    const earlier = this.earlier.get(revision);
    const generation = new Generation(
      revision,
      this.engine,
      adapter,
      {
        sentence: (text, index) => {
          const engineMs = index === 0 ? this.stage.answered() : undefined;
          this.emit({ type: 'reply.sentence', ...this.stamp(revision), index, text, engineMs });
        },
        done: () => this.onWritten(generation, text),
        failed: (error) => this.onFailed(generation, text, error),
      },
      now,
      earlier?.sentences,
      ONE_MOMENT,
    );
    generation.written.failedAdapter = failed;
    if (this.committed === revision) generation.release();
    this.current = generation;
    this.question = text;
    this.stage.asked();
    const variant = adaptTo(this.domain, adapter, this.adapters);
    if ('missing' in variant) {
      if (this.adapters.inStep) return this.onFailed(generation, text, new Error(variant.missing));
      return this.write(revision, text, DEFAULT_ADAPTER);
    }
    const { name, tools } = this.domain;
    const effects = effectsOf(this.domain, generation, this.input.turn, this.askForTool);
    void generation.write({
      domain: name,
      ...variant,
      tools,
      effects,
      messages: toMessages(this.past, text),
    });
  }

  private onHit({ revision, answer, similarity }: EventOf<'recall.hit'>) {
    if (this.current?.revision === revision) {
      this.current.replaceBy(sentencesOf(answer), 'cache', similarity);
    }
  }

  /** Another call's model is at work on the same words: ours rests, unless it has begun to speak. */
  private onWait({ revision, waitMs }: EventOf<'recall.wait'>) {
    if (!this.live || this.current?.revision !== revision || !this.current.rest()) return;
    this.stage.after(waitMs + WAIT_SLACK_MS, 'resting', () => this.onMiss(revision));
  }

  private onMiss(revision: number) {
    this.stage.clear('resting');
    if (this.current?.revision !== revision || !this.current.resting) return;
    this.start(revision, this.question);
  }

  private onWritten(generation: Generation, question: string) {
    const { sentences, ...facts } = generation.written;
    this.emit({
      type: 'reply.done',
      ...this.stamp(generation.revision),
      ...facts,
      sentences: sentences.length,
      cacheable: this.isCacheable(generation, question),
    });
    if (this.committed === generation.revision) this.finish();
  }

  /** Without a word of the adapter's own, the model without it answers; an engine that is down fails again. */
  private onFailed(generation: Generation, text: string, error: Error): void {
    const { session, turn } = this.input;
    const { sentences, adapter } = generation.written;
    this.stage.deps.log.error(
      { session, turn, adapter, error: error.message },
      'the reply could not be written',
    );
    if (adapter !== DEFAULT_ADAPTER && sentences.length === 0) {
      const failed = { adapter, reason: error.message };
      return this.write(generation.revision, text, DEFAULT_ADAPTER, failed);
    }
    // Nobody knows whether it was the adapter.
    generation.written.failedAdapter = undefined;
    if (!generation.replaceBy([this.domain.apology], 'apology')) generation.finish();
  }

  /** What was heard of this reply ends its writing; what was heard of the one before belongs to the dialogue. */
  private onPlayed({ utterance, heard, interrupted }: EventOf<'playback.ended'>) {
    const { turn } = this.input;
    const before = this.past.get(turn - 1);
    if (before && utterance === replyUtterance(turn - 1)) before.heard = heard;
    if (utterance === replyUtterance(turn) && interrupted && this.current && !this.current.done) {
      this.current.stop();
      this.current.finish();
    }
  }

  private onCallEnded() {
    this.current?.stop();
    if (this.current && this.committed === this.current.revision) this.finish();
    else this.stage.finish({ kind: 'unused' });
  }

  private discard() {
    this.pending = undefined;
    this.current?.stop();
    this.current = undefined;
  }

  private adopt(sentences: string[], done: EventOf<'reply.done'>) {
    const { source, similarity, engine, tools, inputTokens, outputTokens, firstTokenMs, fallback, at } = done;
    const { failedAdapter, adapter = this.adapter.current } = done;
    const written = { sentences, source, similarity, engine, adapter, failedAdapter, tools };
    const took = { inputTokens, outputTokens, firstTokenMs, fallback };
    this.stage.finish(resultOf({ ...written, ...took, firstSentenceAt: at }));
  }

  private finish() {
    this.stage.finish(resultOf(this.current!.written));
  }

  /**
   * Only what any caller could be told again may be stored: a model's own answer to a call's first question, made
   * without a tool, to words without a figure in them.
   */
  private isCacheable({ written }: Generation, question: string): boolean {
    const { source, tools, sentences, failedAdapter } = written;
    const text = sentences.join(' ');
    return (
      source === 'model' &&
      !failedAdapter &&
      tools.length === 0 &&
      this.past.size === 0 &&
      !/\d/.test(question) &&
      sentences.length > 0 &&
      text !== this.domain.fallback
    );
  }

  private earlierOf(revision: number) {
    const found = this.earlier.get(revision) ?? { sentences: [] };
    this.earlier.set(revision, found);
    return found;
  }

  private emit(event: CallEvent) {
    this.stage.stream.emit(event).catch((error: unknown) => this.stage.fail(error));
  }

  private stamp(revision: number) {
    return { at: now(), turn: this.input.turn, attempt: this.stage.attempt, revision };
  }
}

function resultOf(written: Generation['written']): ReplyResult {
  const { sentences, ...facts } = written;
  return { kind: 'answered', text: sentences.join(' '), ...facts, endsCall: endsCall(written) };
}
