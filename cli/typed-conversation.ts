import { type CallEvent, type EventOf, replyUtterance } from '../stream/events.ts';

/** What the bot says, as a caller who types reads it. */
export interface TypedView {
  /** `ms`: from the caller's line to this sentence; none for what answers no line. */
  sentence(text: string, turn: number | undefined, ms: number | undefined): void;
  /** What the bot was saying was cut off; this much of it was heard. */
  interrupted(heard: string): void;
}

/** Follows a typed call: each sentence of the bot's once, as soon as it is known that it will be said. */
export class TypedConversation {
  private typedAt: number | undefined;
  private readonly typedTurns = new Map<number, number | undefined>();
  private readonly revisions = new Map<number, number>();
  /** Sentences that were written before it was known that their revision counts, by turn and revision. */
  private readonly held = new Map<string, EventOf<'reply.sentence'>[]>();
  private readonly shown = new Set<string>();

  constructor(private readonly view: TypedView) {}

  /** The caller has sent a line. */
  typed() {
    this.typedAt = performance.now();
  }

  add(event: CallEvent) {
    switch (event.type) {
      case 'turn.final':
        this.understood(event);
        break;
      case 'reply.sentence':
        this.written(event);
        break;
      case 'playback.started':
        if (event.text) this.showOnce(event.utterance, event.text);
        break;
      case 'playback.ended':
        if (event.interrupted && this.shown.has(event.utterance)) this.view.interrupted(event.heard);
        else if (event.heard) this.showOnce(event.utterance, event.heard);
        break;
    }
  }

  private understood({ turn, revision }: EventOf<'turn.final'>) {
    if (this.revisions.has(turn)) return;
    this.revisions.set(turn, revision);
    this.typedTurns.set(turn, this.typedAt);
    this.typedAt = undefined;
    const key = `${turn}/${revision}`;
    for (const sentence of this.held.get(key) ?? []) this.written(sentence);
    this.held.delete(key);
  }

  private written(sentence: EventOf<'reply.sentence'>) {
    const { turn, revision, index, text } = sentence;
    const counting = this.revisions.get(turn);
    if (counting === undefined) {
      const key = `${turn}/${revision}`;
      this.held.set(key, [...(this.held.get(key) ?? []), sentence]);
      return;
    }
    // A second attempt at the reply writes what the first one wrote.
    const key = `${turn}/${index}`;
    if (counting !== revision || this.shown.has(key)) return;
    this.shown.add(key).add(replyUtterance(turn));
    const typedAt = this.typedTurns.get(turn);
    this.view.sentence(text, turn, typedAt && Math.round(performance.now() - typedAt));
  }

  /** Greetings, prompts and farewells come whole, without sentences of their own. */
  private showOnce(utterance: string, text: string) {
    if (this.shown.has(utterance)) return;
    this.shown.add(utterance);
    this.view.sentence(text, undefined, undefined);
  }
}
