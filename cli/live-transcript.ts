import { type CallEvent, type EventOf, replyUtterance } from '../stream/events.ts';
import { type FollowedTurn, transcriptDelay, type TranscriptView } from './render.ts';

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
  private readonly startedAt = new Map<string, number>();
  private beganAt: number | undefined;

  constructor(private readonly view: TranscriptView) {}

  get turns(): FollowedTurn[] {
    return [...this.byUtterance.values()].sort((a, b) => a.turn - b.turn);
  }

  add(event: CallEvent) {
    this.beganAt ??= event.at;
    switch (event.type) {
      case 'turn.final':
        this.understood(event);
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
  }

  private heard({ at, utterance, heard, interrupted }: EventOf<'playback.ended'>) {
    this.view.bot?.((this.startedAt.get(utterance) ?? at) - this.beganAt!, heard, interrupted);
    const turn = this.byUtterance.get(utterance);
    if (!turn) {
      this.asides.push({ utterance, heard, interrupted });
      return;
    }
    const reply = this.replies.get(`${turn.turn}/${this.revisions.get(turn.turn)}`);
    Object.assign(turn, { heard, interrupted, answered: true, source: reply?.source, engine: reply?.engine });
    this.view.turn(turn);
  }
}
