import { defaultTenant } from '../../call/request.ts';
import { findDomain, promptVersionOf } from '../../domains/registry.ts';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';
import { type AnswerScope, keepAnswer, noteUse, type StoredAnswer } from '../../store/answers.ts';
import type { Database } from '../../store/database.ts';
import { now } from '../../stream/call-stream.ts';
import type { CallEvent, EventOf, Placed } from '../../stream/events.ts';
import { Stage, type StageDeps } from '../stage.ts';
import { TurnAdapter } from '../turn-adapter.ts';
import type { CacheActivities, RecallInput, RecallResult } from '../types.ts';
import { findAnswer } from './find-answer.ts';
import type { Flights } from './flights.ts';
import { personalDataIn } from './personal-data.ts';
import { isAskable } from './questions.ts';

/** What became of a look-up; `skipped`: the words may mean something else in another call. */
export type LookUpResult = 'hit' | 'miss' | 'skipped' | 'failed';

export interface RecallDeps extends StageDeps {
  database: Database;
  embedding: EmbeddingEngine;
  flights: Flights;
  /** How long an answer is kept, ms. */
  keepMs: number;
  /** Told of every look-up, with what it took, ms. */
  onLookUp(result: LookUpResult, ms: number): void;
}

/** The activity of the cache workers: finds a stored answer to a turn, or stores the one that was given. */
export function cacheActivities(deps: RecallDeps): CacheActivities {
  return {
    recall: (input: RecallInput) =>
      Stage.run<RecallResult>(
        deps,
        input,
        { work: `recall-${input.turn}`, turn: input.turn },
        async (stage) => {
          const recall = new Recall(stage, input, deps);
          await stage.onEvents(input.cursor, (event) => recall.onEvent(event));
        },
      ),
  };
}

interface LookUp {
  revision: number;
  question: string;
  scope: AnswerScope;
  embedding: Promise<Float32Array | undefined>;
  /** Resolves once a hit or a miss has been told. */
  over: Promise<void>;
  found?: StoredAnswer;
  /** The question is in our hands: others wait for its answer. Since when, ms. */
  takenAt?: number;
}

class Recall {
  private readonly scopeOf: (adapter: string) => AnswerScope;
  private readonly adapter: TurnAdapter;
  /** The business' own words. */
  private readonly ours: string;
  private readonly holder: string;
  private lookUp: LookUp | undefined;
  private committed = false;
  private readonly sentences: string[] = [];
  /** The reply, which may be done before the caller's words are final. */
  private written: EventOf<'reply.done'> | undefined;

  constructor(
    private readonly stage: Stage<RecallResult>,
    private readonly input: RecallInput,
    private readonly deps: RecallDeps,
  ) {
    const domain = findDomain(input.domain);
    this.adapter = new TurnAdapter(input.turn, input);
    this.ours = domain?.instructions ?? '';
    this.holder = `${input.session}/${input.turn}`;
    this.scopeOf = (adapter) => ({
      tenant: input.tenant ?? defaultTenant,
      domain: input.domain,
      language: input.settings.language,
      adapter,
      promptVersion: domain ? promptVersionOf(domain) : '',
      model: deps.embedding.name,
    });
    stage.signal.addEventListener('abort', () => this.letGo());
  }

  onEvent(event: Placed<CallEvent>) {
    this.adapter.onEvent(event);
    if (event.type === 'call.ended') return this.stage.finish({ kind: 'unused' });
    if (!('turn' in event) || event.turn !== this.input.turn) return;
    switch (event.type) {
      case 'turn.eager':
        return this.look(event.revision, event.text);
      case 'turn.resumed':
        return this.letGo();
      case 'turn.final':
        this.committed = true;
        this.look(event.revision, event.text);
        return this.settleOnce();
      case 'reply.sentence':
        if (event.revision === this.lookUp?.revision) this.sentences[event.index] = event.text;
        return;
      case 'reply.done':
        this.written = event;
        return this.settleOnce();
    }
  }

  private look(revision: number, question: string) {
    this.stage.begin();
    if (this.lookUp?.revision === revision) return;
    this.letGo();
    this.sentences.length = 0;
    this.stage.asked();
    // A cache that is away costs an answer from the cache, nothing else.
    const embedding = this.deps.embedding.embed([question]).then(
      ([vector]) => vector,
      () => undefined,
    );
    const scope = this.scopeOf(this.adapter.current);
    const lookUp: LookUp = { revision, question, scope, embedding, over: Promise.resolve() };
    this.lookUp = lookUp;
    lookUp.over = this.answer(lookUp);
  }

  private async answer(lookUp: LookUp) {
    const begun = performance.now();
    const tell = (result: LookUpResult) => {
      if (this.lookUp === lookUp) this.stage.answered();
      this.deps.onLookUp(result, performance.now() - begun);
    };
    try {
      if (!this.isAskable(lookUp.question)) {
        tell('skipped');
      } else {
        const found = (await this.find(lookUp)) ?? (await this.awaitOther(lookUp));
        tell(found ? 'hit' : 'miss');
        if (found) {
          lookUp.found = found;
          const { answer, similarity } = found;
          await this.stage.stream.emit({ type: 'recall.hit', ...this.stamp(lookUp), answer, similarity });
          return;
        }
      }
    } catch (error) {
      tell('failed');
      this.deps.log.warn({ session: this.input.session, error: (error as Error).message }, 'no look-up');
    }
    await this.stage.stream.emit({ type: 'recall.miss', ...this.stamp(lookUp) }).catch(() => undefined);
  }

  private find({ question, scope, embedding }: LookUp) {
    return findAnswer(this.deps.database, scope, question, embedding);
  }

  /** The answer that another call's model gives to the same words just now, if it comes in time. */
  private async awaitOther(lookUp: LookUp): Promise<StoredAnswer | undefined> {
    const { flights } = this.deps;
    if (await flights.take(lookUp.scope, lookUp.question, this.holder)) {
      lookUp.takenAt = performance.now();
      if (this.lookUp !== lookUp || this.stage.signal.aborted) this.letGo(lookUp);
      return undefined;
    }
    const { waitMs } = flights;
    await this.stage.stream.emit({ type: 'recall.wait', ...this.stamp(lookUp), waitMs });
    await flights.landed(lookUp.scope, lookUp.question, this.stage.signal);
    return this.find(lookUp);
  }

  private settleOnce() {
    const { lookUp, written } = this;
    if (!this.committed || !written || written.revision !== lookUp?.revision) return;
    void this.settle(lookUp, written);
  }

  private async settle(lookUp: LookUp, written: EventOf<'reply.done'>) {
    // Else it would find what is stored here.
    await lookUp.over;
    const { question, scope, embedding, found } = lookUp;
    if (found) {
      if (written.source === 'cache') await noteUse(this.deps.database, found.id).catch(() => undefined);
      return this.stage.finish({ kind: 'hit', similarity: found.similarity });
    }
    const vector = await embedding;
    const answer = this.sentences.join(' ');
    let stored = false;
    // An adapter that failed has its turn answered without it.
    const asAsked = written.adapter === undefined || written.adapter === scope.adapter;
    if (written.cacheable && asAsked && vector && answer && this.mayBeStored(question, answer)) {
      try {
        const { database, keepMs } = this.deps;
        stored = await keepAnswer(database, scope, { question, answer, embedding: vector }, keepMs);
      } catch (error) {
        this.deps.log.warn(
          { session: this.input.session, error: (error as Error).message },
          'an answer could not be stored',
        );
      }
    }
    const tookMs = lookUp.takenAt === undefined ? undefined : performance.now() - lookUp.takenAt;
    this.letGo(lookUp, stored ? tookMs : undefined);
    this.stage.finish({ kind: 'miss', stored });
  }

  /** Those who wait for our answer need not wait any longer. */
  private letGo(lookUp = this.lookUp, tookMs?: number) {
    if (lookUp?.takenAt === undefined) return;
    lookUp.takenAt = undefined;
    this.deps.flights.land(lookUp.scope, lookUp.question, this.holder, tookMs).catch(() => undefined);
  }

  private mayBeStored(question: string, answer: string) {
    return this.isAskable(question) && personalDataIn(question, answer, this.ours) === undefined;
  }

  private isAskable(question: string) {
    return isAskable(question, this.input.turn === 1);
  }

  private stamp({ revision }: LookUp) {
    return { at: now(), turn: this.input.turn, attempt: this.stage.attempt, revision };
  }
}
