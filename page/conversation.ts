import type { CallEvent, EventOf } from '../stream/events.ts';

/** Where the time went between the caller's last word and the reply's first sound, ms. */
export interface ReplyTimes {
  /** To the final transcript. */
  transcript: number;
  /** From there to the first sentence of the reply; 0 where it was ready before. */
  sentence: number;
  /** From there to the first audio. */
  sound: number;
  total: number;
}

export interface CallerEntry {
  kind: 'caller';
  key: string;
  text: string;
  /** The words may still change. */
  partial: boolean;
}

export interface BotEntry {
  kind: 'bot';
  key: string;
  /** What it is to say, or has said. */
  text: string;
  speaking: boolean;
  /** The caller made a sound: it is silent until it is known whether that was a turn. */
  paused: boolean;
  /** Set where it was cut off: what the caller heard of the text, what they did not, and why. */
  cut?: { heard: string; unheard: string; by: 'caller' | 'line' };
  times?: ReplyTimes;
}

export type Entry = CallerEntry | BotEntry;

/** An utterance that ends as its connection does was not interrupted by the caller; ms between the two events. */
const SAME_MOMENT_MS = 100;

/** A call as its caller follows it: entries in the order in which they began, each changing as more is known. */
export class Conversation {
  private readonly entries = new Map<string, Entry>();
  private readonly finals = new Map<number, EventOf<'turn.final'>>();
  /** Replies being written, by turn and revision: some before it is known which revision counts. */
  private readonly replies = new Map<string, { sentences: string[]; at: number }>();
  private lastCut: { entry: BotEntry; at: number } | undefined;

  /** `show` is called with each entry that is new or has changed; `forget` with the key of one that came to nothing. */
  constructor(
    private readonly show: (entry: Entry) => void,
    private readonly forget: (key: string) => void,
  ) {}

  add(event: CallEvent) {
    switch (event.type) {
      case 'turn.partial':
      case 'turn.eager':
        if (!this.finals.has(event.turn)) this.hear(event.turn, event.text, true);
        break;
      case 'turn.final':
        this.finals.set(event.turn, event);
        this.hear(event.turn, event.text, false);
        break;
      case 'turn.ignored':
        this.drop(`turn-${event.turn}`);
        break;
      case 'reply.sentence':
        this.plan(event);
        break;
      case 'playback.started':
        this.speak(event);
        break;
      case 'playback.paused':
        this.pause(event.utterance, true);
        break;
      case 'playback.resumed':
        this.pause(event.utterance, false);
        break;
      case 'playback.ended':
        this.spoken(event);
        break;
      case 'caller.disconnected':
        if (this.lastCut && event.at - this.lastCut.at < SAME_MOMENT_MS) {
          this.lastCut.entry.cut!.by = 'line';
          this.show(this.lastCut.entry);
        }
        break;
    }
  }

  /** From the caller's last word to the first sound of each reply so far, ms. */
  get replyTimes(): number[] {
    const all = [...this.entries.values()];
    return all.flatMap((entry) => (entry.kind === 'bot' && entry.times ? [entry.times.total] : []));
  }

  private put(entry: Entry) {
    this.entries.set(entry.key, entry);
    this.show(entry);
  }

  private hear(turn: number, text: string, partial: boolean) {
    const key = `turn-${turn}`;
    if (text !== '') this.put({ kind: 'caller', key, text, partial });
    else if (!partial) this.drop(key);
  }

  private drop(key: string) {
    if (this.entries.delete(key)) this.forget(key);
  }

  private plan({ turn, revision, index, text, at }: EventOf<'reply.sentence'>) {
    const key = `${turn}/${revision}`;
    const reply = this.replies.get(key) ?? { sentences: [], at };
    this.replies.set(key, reply);
    reply.sentences[index] = text;
    const entry = this.entries.get(`reply-${turn}`);
    if (entry?.kind !== 'bot' || !entry.speaking) return;
    entry.text = this.planOf(turn)?.text ?? entry.text;
    this.show(entry);
  }

  /** The words of the reply to a turn, as far as they are written, and when its first sentence was. */
  private planOf(turn: number): { text: string; at: number } | undefined {
    const reply = this.replies.get(`${turn}/${this.finals.get(turn)?.revision}`);
    return reply && { text: reply.sentences.filter(Boolean).join(' '), at: reply.at };
  }

  private speak({ utterance, text, at }: EventOf<'playback.started'>) {
    const turn = turnAnswered(utterance);
    const plan = turn === undefined ? undefined : this.planOf(turn);
    const times = turn === undefined ? undefined : this.timesOf(turn, at, plan?.at);
    const words = plan?.text ?? text ?? '';
    this.put({ kind: 'bot', key: utterance, text: words, speaking: true, paused: false, times });
  }

  private pause(utterance: string, paused: boolean) {
    const entry = this.entries.get(utterance);
    if (entry?.kind === 'bot') this.put({ ...entry, paused });
  }

  private spoken({ utterance, interrupted, heard, at }: EventOf<'playback.ended'>) {
    const known = this.entries.get(utterance);
    const turn = turnAnswered(utterance);
    const plan = turn === undefined ? undefined : this.planOf(turn);
    const planned = plan?.text ?? (known?.text || heard);
    // It was void before it began.
    if (!known && heard === '') return;
    const entry: BotEntry = {
      kind: 'bot',
      key: utterance,
      text: interrupted ? planned : heard,
      speaking: false,
      paused: false,
      times: known?.kind === 'bot' ? known.times : undefined,
    };
    if (interrupted) {
      const unheard = planned.startsWith(heard) ? planned.slice(heard.length).trim() : '';
      entry.cut = { heard, unheard, by: 'caller' };
      this.lastCut = { entry, at };
    }
    this.put(entry);
  }

  /** Typed words have no length, and no times. Clocks of several machines may differ: no time is negative. */
  private timesOf(turn: number, startedAt: number, sentenceAt: number | undefined): ReplyTimes | undefined {
    const final = this.finals.get(turn);
    if (!final || sentenceAt === undefined || final.speechEndedAt <= final.speechStartedAt) return undefined;
    const sentenceKnownAt = Math.max(final.at, sentenceAt);
    const ms = (from: number, to: number) => Math.max(0, Math.round(to - from));
    return {
      transcript: ms(final.speechEndedAt, final.at),
      sentence: ms(final.at, sentenceKnownAt),
      sound: ms(sentenceKnownAt, startedAt),
      total: ms(final.speechEndedAt, startedAt),
    };
  }
}

/** The turn that an utterance replies to; none for a greeting, a prompt, an apology. */
function turnAnswered(utterance: string): number | undefined {
  const turn = /^reply-(\d+)$/.exec(utterance)?.[1];
  return turn === undefined ? undefined : Number(turn);
}
