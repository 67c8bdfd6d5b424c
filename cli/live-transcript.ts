import { type CallEvent, type EventOf, replyUtterance } from '../stream/events.ts';
import { type FollowedTurn, toolName, transcriptDelay, type TranscriptView } from './render.ts';

export interface FollowedAside {
  utterance: string;
  heard: string;
  interrupted: boolean;
}

/** Follows a call's transcript from its events, as it grows: what the caller said, what they heard, how fast. */
export class LiveTranscript {
  readonly asides: FollowedAside[] = [];
  private readonly byUtterance = new Map<string, FollowedTurn>();
  /** The hearing of each turn that counts. */
  private readonly revisions = new Map<number, number>();
  /** Replies that have been written, by turn and revision: some before it is known which revision counts. */
  private readonly replies = new Map<string, EventOf<'reply.done'>>();
  /** Sentences that have been written, by turn and revision, until the reply has been heard. */
  private readonly sentences = new Map<string, string[]>();
  private readonly startedAt = new Map<string, number>();
  private beganAt: number | undefined;

  constructor(private readonly view: TranscriptView) {}

  get turns(): FollowedTurn[] {
    return [...this.byUtterance.values()].sort((a, b) => a.turn - b.turn);
  }

  add(event: CallEvent) {
    this.beganAt ??= event.at;
    switch (event.type) {
      case 'turn.partial':
      case 'turn.eager':
        this.view.growing?.({ turn: event.turn, caller: event.text, answer: '' });
        break;
      case 'turn.final':
        this.understood(event);
        break;
      case 'reply.sentence':
        this.written(event);
        break;
      case 'reply.done':
        this.replies.set(`${event.turn}/${event.revision}`, event);
        break;
      case 'playback.started': {
        this.startedAt.set(event.utterance, event.at);
        const turn = this.byUtterance.get(event.utterance);
        if (turn) turn.voiceToVoiceMs = event.voiceToVoiceMs && Math.round(event.voiceToVoiceMs);
        break;
      }
      case 'playback.ended':
        this.heard(event);
        break;
    }
  }

  private understood({ at, turn, revision, text, ...speech }: EventOf<'turn.final'>) {
    const known = this.byUtterance.get(replyUtterance(turn));
    // A second attempt at the turn heard it again.
    if (known?.caller === text) return;
    this.revisions.set(turn, revision);
    this.byUtterance.set(replyUtterance(turn), {
      turn,
      caller: text,
      heard: '',
      interrupted: false,
      answered: false,
      transcriptMs: transcriptDelay(at, speech),
    });
    this.view.caller?.(speech.speechStartedAt - this.beganAt!, text);
    this.grown(turn);
  }

  /** Sentences for the hearing that counts; those for another one are never heard. */
  private written({ turn, revision, index, text }: EventOf<'reply.sentence'>) {
    const key = `${turn}/${revision}`;
    const sentences = this.sentences.get(key) ?? [];
    this.sentences.set(key, sentences);
    sentences[index] = text;
    this.grown(turn);
  }

  private grown(turn: number) {
    const known = this.byUtterance.get(replyUtterance(turn));
    if (!known || known.answered) return;
    const answer = this.sentences.get(`${turn}/${this.revisions.get(turn)}`) ?? [];
    this.view.growing?.({ turn, caller: known.caller, answer: answer.filter(Boolean).join(' ') });
  }

  private heard({ at, utterance, heard, interrupted }: EventOf<'playback.ended'>) {
    this.view.bot?.((this.startedAt.get(utterance) ?? at) - this.beganAt!, heard, interrupted);
    const turn = this.byUtterance.get(utterance);
    if (!turn) {
      const aside = { utterance, heard, interrupted };
      this.asides.push(aside);
      this.view.aside?.(aside);
      return;
    }
    const reply = this.replies.get(`${turn.turn}/${this.revisions.get(turn.turn)}`);
    const { source, engine, similarity, tools } = reply ?? {};
    Object.assign(turn, { heard, interrupted, answered: true, source, engine, similarity });
    turn.tools = tools?.map(toolName);
    for (const key of this.sentences.keys()) {
      if (key.startsWith(`${turn.turn}/`)) this.sentences.delete(key);
    }
    this.view.turn(turn);
  }
}
