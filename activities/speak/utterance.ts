import type { MediaFormat } from '../../audio/format.ts';
import type { CallEvent, EventOf, Placed } from '../../stream/events.ts';
import { dialogueBot } from '../dialogue.ts';
import type { Stage } from '../stage.ts';
import type { SpeakInput, SpeakResult } from '../types.ts';
import { OutAudio } from './out-audio.ts';

/** Audio that may be made ahead of what the caller can have heard, ms. */
const AHEAD_MS = 20_000;

/** After the audio should have been played, how long to wait for the gateway to say so, ms. */
const PLAYBACK_GRACE_MS = 15_000;

/** Makes the audio of one sentence, which is to be heard in so many ms. */
export type Voice = (text: string, neededInMs: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** How an utterance ended, as far as anybody can say. */
type Ended = Omit<EventOf<'playback.ended'>, 'type'>;

/** Where a reply stands: its sentences as they are written, for one hearing of the caller. */
interface Script {
  revision: number | undefined;
  sentences: string[];
  /** How many sentences there will be, once that is known. */
  total: number | undefined;
}

/**
 * One utterance of the bot: sentences in, audio out, until the caller has heard it or cut it short. For a reply that
 * is still speculative only the first sentence is made; the rest follows once the caller's words are final.
 */
export class Utterance {
  private script: Script;
  private committed: boolean;
  private making = new AbortController();
  private running = false;
  /** Something came while audio was being made: look again afterwards. */
  private again = false;
  private out: OutAudio | undefined;
  private next = 0;
  private ended = false;
  private startedAt: number | undefined;
  /** When that was known here, by this process' own clock: the wall clock may be set. */
  private playingSince: number | undefined;
  private voiceToVoiceMs: number | undefined;
  /** How far the caller had heard it when their connection broke; absent while they are there. */
  private left: EventOf<'playback.paused'> | undefined;
  private live = false;
  /** From the first sentence's being asked for to its first audio, ms. */
  private firstVoiceMs: number | undefined;
  private characters = 0;

  constructor(
    private readonly stage: Stage<SpeakResult>,
    private readonly input: SpeakInput,
    /** The engines whose voices the caller got. */
    private readonly spokenBy: () => { engine: string; fallback?: boolean },
    private readonly voice: Voice,
    private readonly format: MediaFormat,
    /** Set for words that are known from the start. */
    text: string | undefined,
    /** Sentences of each revision that an earlier attempt has put on the stream already. */
    private readonly alreadyOut: (revision: number | undefined) => number,
  ) {
    this.script = text
      ? { revision: undefined, sentences: [text], total: 1 }
      : { revision: undefined, sentences: [], total: undefined };
    this.committed = text !== undefined;
    stage.signal.addEventListener('abort', () => this.making.abort());
  }

  /** The past has been read: audio is made from here on. */
  goLive() {
    this.live = true;
    this.next = this.alreadyOut(this.script.revision);
    this.work();
  }

  onEvent(event: Placed<CallEvent>) {
    switch (event.type) {
      case 'turn.final':
      case 'turn.resumed':
      case 'reply.sentence':
      case 'reply.done':
        if ('turn' in this.input.source && event.turn === this.input.source.turn) this.onReply(event);
        return;
      case 'playback.started':
        if (event.utterance === this.input.utterance) this.onStarted(event);
        return;
      case 'playback.paused':
        if (event.utterance === this.input.utterance && event.left) this.onLeft(event);
        return;
      case 'caller.connected':
        if (this.left && this.ended) this.awaitPlayback();
        return;
      case 'playback.resumed':
        if (event.utterance === this.input.utterance) this.left = undefined;
        return;
      case 'playback.ended':
        if (event.utterance === this.input.utterance) this.onEnded(event);
        return;
      case 'call.ended':
        if (!this.startedAt) this.stage.finish({ kind: 'unheard' });
        else if (this.left) this.onEnded({ ...this.left, interrupted: true, heard: this.left.left!.heard });
        return;
    }
  }

  private onReply(
    event:
      | EventOf<'turn.final'>
      | EventOf<'turn.resumed'>
      | EventOf<'reply.sentence'>
      | EventOf<'reply.done'>,
  ) {
    if (event.type === 'turn.resumed') return this.rewrite(undefined);
    this.stage.begin();
    if (event.type === 'turn.final') this.committed = true;
    if (event.revision !== this.script.revision) this.rewrite(event.revision);
    if (event.type === 'reply.sentence') this.script.sentences[event.index] = event.text;
    if (event.type === 'reply.done') this.script.total = event.sentences;
    this.work();
  }

  /** Another hearing of the caller: whatever was made for the one before is void. */
  private rewrite(revision: number | undefined) {
    this.making.abort();
    this.making = new AbortController();
    this.script = { revision, sentences: [], total: undefined };
    this.next = this.live ? 0 : this.alreadyOut(revision);
    this.out = undefined;
    this.running = false;
  }

  private onStarted(event: EventOf<'playback.started'>) {
    this.startedAt = event.at;
    this.playingSince = performance.now();
    this.voiceToVoiceMs = event.voiceToVoiceMs;
    this.work();
  }

  /** The caller may come back within the time that the call waits for them, and hears the rest then. */
  private onLeft(event: EventOf<'playback.paused'>) {
    this.left = event;
    this.stage.clear('lost');
  }

  private onEnded({ heard, interrupted, playedMs, line, at }: Ended) {
    const { source, session } = this.input;
    if ('turn' in source) void dialogueBot(this.stage.deps.hub.redis, session, source.turn, heard);
    this.stage.finish({
      kind: 'spoken',
      text: this.script.sentences.join(' '),
      heard,
      interrupted,
      playedMs,
      firstAudioAt: this.startedAt ?? at - playedMs,
      endedAt: at,
      voiceToVoiceMs: this.voiceToVoiceMs,
      ...this.spokenBy(),
      firstVoiceMs: this.firstVoiceMs,
      characters: this.characters,
      line,
    });
  }

  /** Goes on making audio, unless that is under way. */
  private work() {
    this.again = this.running;
    if (this.running || !this.live) return;
    this.running = true;
    const { making } = this;
    this.makeAll(making.signal).then(
      () => {
        if (this.making !== making) return;
        this.running = false;
        if (this.again) this.work();
      },
      (error: unknown) => {
        if (!making.signal.aborted) this.stage.fail(error);
      },
    );
  }

  private async makeAll(signal: AbortSignal) {
    const { script } = this;
    const { utterance, source } = this.input;
    const turn = 'turn' in source ? source.turn : undefined;
    const { attempt } = this.stage;
    this.out ??= new OutAudio(
      this.stage.stream,
      { utterance, turn, revision: script.revision, attempt },
      this.format,
    );
    const out = this.out;
    while (!signal.aborted && this.mayGoOn(out)) {
      const text = script.sentences[this.next];
      if (text === undefined) break;
      const index = this.next;
      const isLast = () => {
        this.ended = script.total === index + 1;
        return this.ended;
      };
      const firstMs = () => (turn !== undefined && index === 0 ? this.firstVoiceMs : undefined);
      await out.sentence(
        index,
        text,
        this.measured(text, index, this.aheadMs(out), signal),
        { isLast, firstMs },
        signal,
      );
      if (signal.aborted) return;
      this.next = index + 1;
    }
    if (script.total !== undefined && this.next >= script.total) await this.complete(out, script.total);
  }

  private async *measured(
    text: string,
    index: number,
    aheadMs: number,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const asked = performance.now();
    this.characters += text.length;
    let first = index === 0;
    // Prompts are made beforehand: they would tell nothing of the voice.
    if (first && 'turn' in this.input.source) this.stage.asked();
    for await (const piece of this.voice(text, Math.max(0, aheadMs), signal)) {
      if (first) {
        this.firstVoiceMs = performance.now() - asked;
        this.stage.answered();
      }
      first = false;
      yield piece;
    }
  }

  private async complete(out: OutAudio, sentences: number) {
    if (sentences === 0 && this.committed) return this.stage.finish({ kind: 'unheard' });
    if (!this.ended) await out.end(sentences);
    this.ended = true;
    if (this.committed && !this.left) this.awaitPlayback();
  }

  private awaitPlayback() {
    const longest = (this.out?.sentMs ?? 0) + PLAYBACK_GRACE_MS;
    this.stage.after(longest, 'lost', () => this.stage.finish({ kind: 'unheard' }));
  }

  /** How much of what was made the caller cannot have heard yet; less than nothing where they wait. */
  private aheadMs(out: OutAudio): number {
    return out.sentMs - (this.playingSince === undefined ? 0 : performance.now() - this.playingSince);
  }

  private mayGoOn(out: OutAudio): boolean {
    if (!this.committed) return this.next === 0;
    const ahead = this.aheadMs(out);
    if (ahead < AHEAD_MS) return true;
    this.stage.after(ahead - AHEAD_MS + 100, 'ahead', () => this.work());
    return false;
  }
}
