import { defaultTenant } from '../../call/request.ts';
import { findDomain, promptVersionOf } from '../../domains/registry.ts';
import type { EmbeddingEngine } from '../../engines/embedding/engine.ts';
import { now } from '../../stream/call-stream.ts';
import type { CallEvent, Placed } from '../../stream/events.ts';
import { type AnswerScope, keepAnswer, longestQuestion, noteUse } from '../../store/answers.ts';
import type { Database } from '../../store/database.ts';
import { Stage, type StageDeps } from '../stage.ts';
import { TurnAdapter } from '../turn-adapter.ts';
import type { CacheActivities, RecallInput, RecallResult } from '../types.ts';
import { findAnswer } from './find-answer.ts';
import { standsAlone } from './questions.ts';

export interface RecallDeps extends StageDeps {
  database: Database;
  embedding: EmbeddingEngine;
  /** How long an answer is kept, ms. */
  keepMs: number;
}

/** The activity of the cache workers: finds a stored answer to a turn, or stores the one that was given. */
export function cacheActivities(deps: RecallDeps): CacheActivities {
  return {
    recall: (input: RecallInput) =>
      Stage.run<RecallResult>(deps, input, `recall-${input.turn}`, async (stage) => {
        const recall = new Recall(stage, input, deps);
        await stage.onEvents(input.cursor, (event) => recall.onEvent(event));
      }),
  };
}

interface LookUp {
  revision: number;
  question: string;
  scope: AnswerScope;
  embedding: Promise<Float32Array | undefined>;
  found?: { id: number; similarity: number };
}

class Recall {
  private readonly scopeOf: (adapter: string) => AnswerScope;
  private readonly adapter: TurnAdapter;
  private lookUp: LookUp | undefined;
  private committed = false;
  private readonly sentences: string[] = [];

  constructor(
    private readonly stage: Stage<RecallResult>,
    private readonly input: RecallInput,
    private readonly deps: RecallDeps,
  ) {
    const domain = findDomain(input.domain);
    this.adapter = new TurnAdapter(input.turn, input);
    this.scopeOf = (adapter) => ({
      tenant: input.tenant ?? defaultTenant,
      domain: input.domain,
      language: input.settings.language,
      adapter,
      promptVersion: domain ? promptVersionOf(domain) : '',
      model: deps.embedding.name,
    });
  }

  onEvent(event: Placed<CallEvent>) {
    this.adapter.onEvent(event);
    if (event.type === 'call.ended') return this.stage.finish({ kind: 'unused' });
    if (!('turn' in event) || event.turn !== this.input.turn) return;
    switch (event.type) {
      case 'turn.eager':
        return this.look(event.revision, event.text);
      case 'turn.final':
        this.committed = true;
        return this.look(event.revision, event.text);
      case 'reply.sentence':
        if (event.revision === this.lookUp?.revision) this.sentences[event.index] = event.text;
        return;
      case 'reply.done':
        if (this.committed && event.revision === this.lookUp?.revision) void this.settle(event.cacheable);
        return;
    }
  }

  private look(revision: number, question: string) {
    this.stage.begin();
    if (this.lookUp?.revision === revision) return;
    this.sentences.length = 0;
    // A cache that is away costs an answer from the cache, nothing else.
    const embedding = this.deps.embedding.embed([question]).then(
      ([vector]) => vector,
      () => undefined,
    );
    const scope = this.scopeOf(this.adapter.current);
    const lookUp: LookUp = { revision, question, scope, embedding };
    this.lookUp = lookUp;
    void this.answer(lookUp);
  }

  private async answer(lookUp: LookUp) {
    const { revision, question, scope } = lookUp;
    const stamp = { at: now(), turn: this.input.turn, attempt: this.stage.attempt, revision };
    try {
      const { database } = this.deps;
      const found =
        this.isAskable(question) && (await findAnswer(database, scope, question, lookUp.embedding));
      if (found) {
        const { id, answer, similarity } = found;
        lookUp.found = { id, similarity };
        await this.stage.stream.emit({ type: 'recall.hit', ...stamp, at: now(), answer, similarity });
        return;
      }
    } catch (error) {
      this.deps.log.warn({ session: this.input.session, error: (error as Error).message }, 'no look-up');
    }
    await this.stage.stream.emit({ type: 'recall.miss', ...stamp, at: now() }).catch(() => undefined);
  }

  private async settle(cacheable: boolean) {
    const { question, scope, embedding, found } = this.lookUp!;
    if (found) {
      await noteUse(this.deps.database, found.id).catch(() => undefined);
      return this.stage.finish({ kind: 'hit', similarity: found.similarity });
    }
    const vector = await embedding;
    const answer = this.sentences.join(' ');
    let stored = false;
    if (cacheable && this.isAskable(question) && vector && answer) {
      try {
        const { database, keepMs } = this.deps;
        stored = await keepAnswer(database, scope, { question, answer, embedding: vector }, keepMs);
      } catch (error) {
        this.deps.log.warn({ error: (error as Error).message }, 'an answer could not be stored');
      }
    }
    this.stage.finish({ kind: 'miss', stored });
  }

  private isAskable(question: string) {
    return question.length <= longestQuestion && standsAlone(question, this.input.turn === 1);
  }
}
