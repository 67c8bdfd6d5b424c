import { SpeechInput } from './speech-input.ts';
import type { EndpointingHints } from '../../domains/endpointing.ts';
import { findDomain } from '../../domains/registry.ts';
import type { SttEngine, Transcript } from '../../engines/stt/engine.ts';
import type { AudioChunk, InHeader } from '../../stream/audio-chunk.ts';
import { now } from '../../stream/call-stream.ts';
import type { CallEvent, EventOf, Placed } from '../../stream/events.ts';
import { dialogueCaller } from '../dialogue.ts';
import type { Stage } from '../stage.ts';
import type { ListenInput, ListenResult } from '../types.ts';
import { Digits } from './digits.ts';
import { BotVoice, type NoTurn } from './bot-voice.ts';
import { endpointDelayMs } from './endpointing.ts';
import { IdleWatch } from './idle-watch.ts';

/** The `engine` of a turn that ended with keys of the telephone. */
const KEYPAD = 'keypad';
/** Of a caller who goes on speaking on a new connection, its gateway says so within this, ms. */
const GOES_ON_MS = 500;

/** What was made of one pause. */
interface Heard {
  revision: number;
  transcript: Transcript;
  /** What the recogniser took for it, ms. */
  engineMs?: number;
  /** The silence that ends the turn after these words, ms. */
  silenceMs?: number;
}

/**
 * One turn of the caller: from the first word to the decision that they have finished. Each pause is heard out
 * (an eager hearing, for which the reply is prepared) and either confirmed by more silence, or taken back when
 * the caller goes on. What turns out to be no turn, a cough or an "uh-huh" while the bot speaks, is told and forgotten.
 */
export class CallerTurn {
  private readonly speech: SpeechInput;
  private readonly idle: IdleWatch;
  private readonly bot: BotVoice;
  private readonly digits = new Digits();
  private readonly hints: EndpointingHints | undefined;
  private hearings = 0;
  /** The eager hearing that waits to be confirmed. */
  private eager: Heard | undefined;
  private speechStartedAt = 0;
  private speechEndedAt = 0;
  /** Where the present stretch of speech began in the caller's audio, and how long those of this turn lasted, ms. */
  private stretchFrom = 0;
  private speaking = false;
  private spokenMs = 0;
  /** Of the last pause: when the voice detector knew of it, and when its words were there. */
  private noticedAt: number | undefined;
  private heardAt: number | undefined;
  private connected: boolean;
  private hasCome: boolean;
  /** What made words of what the caller did. */
  private recognisedBy: string;
  private fallback = false;
  private cursor: string;
  private confirmed = false;

  constructor(
    private readonly stage: Stage<ListenResult>,
    private readonly input: ListenInput,
    engine: SttEngine,
  ) {
    this.cursor = input.cursor;
    this.recognisedBy = engine.name;
    const domain = findDomain(input.domain);
    this.hints = domain?.endpointing;
    this.connected = input.connected;
    // Where there was a turn before, somebody had it.
    this.hasCome = input.connected || input.turn > 1;
    this.bot = new BotVoice(input.settings.language, domain?.cutsIn);
    this.speech = new SpeechInput(engine, input, (text) => {
      // Whoever comes late hears the audio before the events: whether the bot spoke meanwhile is not known yet.
      if (!text || !this.speechStartedAt || this.stage.signal.aborted) return;
      if (this.bot.isCertain(text, now() - this.speechStartedAt))
        this.emit({ type: 'turn.partial', text, ...this.stamp() });
    });
    stage.signal.addEventListener('abort', () => this.speech.close());
    const { idlePromptMs, connectMs } = input.settings;
    this.idle = new IdleWatch(
      stage,
      { idleMs: idlePromptMs, goneMs: connectMs },
      {
        idle: () => stage.finish({ kind: 'silent', ...this.end() }),
        gone: () => this.leave(this.hasCome ? 'the caller did not come back' : 'the caller never connected'),
      },
      input.connected,
    );
  }

  onAudio(chunk: AudioChunk<InHeader> & { id: string }) {
    this.speech.write(chunk);
  }

  onEvent(event: Placed<CallEvent>) {
    // What comes while the words are being made final is the next turn's.
    if (this.confirmed && event.type !== 'turn.final') return;
    this.cursor = event.id;
    this.bot.onEvent(event);
    switch (event.type) {
      case 'caller.connected':
        this.connected = true;
        this.hasCome = true;
        if (this.speaking && !event.again) this.onRejoined(event.at);
        return this.idle.setConnected(true);
      case 'caller.disconnected':
        if (event.reason === 'hangup') return this.leave('the caller hung up');
        this.connected = false;
        return this.idle.setConnected(false);
      case 'speech.started':
        return this.onSpeechStarted(event);
      case 'speech.stopped':
        return this.onSpeechStopped(event);
      case 'caller.typed':
        return this.onTyped(event);
      case 'caller.digit':
        return this.onDigit(event);
      case 'playback.started':
      case 'playback.resumed':
        return this.idle.set('playback', true);
      case 'playback.ended':
        return this.idle.set('playback', false);
      case 'turn.final':
        // An earlier attempt came this far, and its words may be being answered already.
        if (event.turn === this.input.turn) this.finish(event);
        return;
      case 'call.ended':
        return this.leave(event.reason);
    }
  }

  /** The connection before can't tell any more that its caller has stopped speaking. */
  private onRejoined(at: number) {
    const stopped = { type: 'speech.stopped' as const, at, noticedAt: at, audioMs: this.stretchFrom };
    this.stage.after(GOES_ON_MS, 'rejoined', () => this.onSpeechStopped(stopped));
  }

  private onSpeechStarted(event: EventOf<'speech.started'>) {
    this.stage.begin();
    this.stage.clear('rejoined');
    this.speaking = true;
    this.idle.set('speech', true);
    this.stage.clear('final');
    this.stretchFrom = event.audioMs;
    if (!this.speechStartedAt) {
      this.speechStartedAt = event.at;
      this.spokenMs = 0;
      this.bot.onSpeechStarted(event.at);
    }
    if (this.eager) this.emit({ type: 'turn.resumed', ...this.stamp() });
    this.eager = undefined;
    this.hearings += 1;
  }

  private onSpeechStopped(event: EventOf<'speech.stopped'>) {
    this.speaking = false;
    this.stage.clear('rejoined');
    if (!this.speechStartedAt) return;
    this.speechEndedAt = event.at;
    // A caller who reconnected meanwhile is counted anew.
    this.spokenMs += Math.max(0, event.audioMs - this.stretchFrom);
    this.noticedAt = event.noticedAt;
    const hearing = this.hearings;
    this.stage.asked();
    Promise.all([this.speech.finalize(), this.soundOf(event)]).then(
      ([transcript, odds]) => this.stage.guard(() => this.onHeard(hearing, transcript, odds)),
      (error: unknown) => this.stage.fail(error),
    );
  }

  /** What the sound of it says, beside the words: of a remark that the bot may go on after. */
  private async soundOf({ at }: EventOf<'speech.stopped'>): Promise<number | undefined> {
    return this.bot.isRemark(at - this.speechStartedAt) ? this.speech.listeningOdds() : undefined;
  }

  private onHeard(hearing: number, transcript: Transcript, odds: number | undefined) {
    // The caller went on while this pause was being recognised.
    if (hearing !== this.hearings) return;
    const engineMs = this.stage.answered();
    this.idle.set('speech', false);
    const ms = this.speechEndedAt - this.speechStartedAt;
    const noTurn = this.bot.judge(transcript.text, ms, odds);
    if (noTurn) return this.ignore(transcript.text, noTurn);
    this.heardAt = now();
    if (transcript.engine) this.recognisedBy = transcript.engine;
    this.fallback = transcript.engine !== undefined;
    this.eager = { revision: this.stage.attempt * 100 + Math.min(hearing, 99), transcript, engineMs };
    // Keys are still coming: these words are said with them.
    if (this.digits.pending) return;
    const heard = { text: transcript.text, asked: this.bot.lastWords, spokenMs: this.spokenMs };
    const silenceMs = endpointDelayMs(heard, this.input.settings, this.hints);
    this.eager.silenceMs = silenceMs;
    // The gateway's clock may be ahead of this one.
    const left = Math.min(silenceMs, this.speechEndedAt + silenceMs - now());
    if (left <= 0) return this.confirm();
    const { revision } = this.eager;
    this.emit({ type: 'turn.eager', revision, text: transcript.text, ...this.stamp() });
    this.stage.after(left, 'final', () => this.confirm());
  }

  private ignore(text: string, reason: NoTurn) {
    this.speech.reset();
    this.speechStartedAt = 0;
    this.emit({ type: 'turn.ignored', text, reason, ...this.stamp() });
  }

  private onTyped(event: EventOf<'caller.typed'>) {
    this.stage.begin();
    this.addWords(event.text, event.at, event.at);
  }

  private onDigit({ digit, at }: EventOf<'caller.digit'>) {
    this.stage.begin();
    this.stage.clear('final');
    if (this.eager && !this.digits.pending) this.emit({ type: 'turn.resumed', ...this.stamp() });
    if (this.digits.add(digit, at) === 'whole') return this.onKeyed(at);
    this.idle.set('keys', true);
    this.stage.after(this.input.settings.digitGapMs, 'digits', () => this.onKeyed(at));
  }

  private onKeyed(at: number) {
    this.stage.clear('digits');
    this.idle.set('keys', false);
    const keyed = this.digits.take();
    if (!keyed && !this.eager) return;
    this.recognisedBy = KEYPAD;
    this.fallback = false;
    this.addWords(keyed, this.digits.startedAt, at);
  }

  /** Words that are final as they come, after those that were spoken before them. */
  private addWords(text: string, startedAt: number, endedAt: number) {
    this.hearings += 1;
    this.speechStartedAt ||= startedAt;
    this.speechEndedAt = endedAt;
    this.noticedAt = undefined;
    this.heardAt = undefined;
    const spoken = this.eager?.transcript.text;
    this.eager = {
      revision: this.stage.attempt * 100 + Math.min(this.hearings, 99),
      transcript: { text: [spoken, text].filter(Boolean).join(' ') },
    };
    this.confirm();
  }

  private confirm() {
    if (this.confirmed) return;
    this.confirmed = true;
    const { revision, transcript, engineMs, silenceMs } = this.eager!;
    const { text, confidence } = transcript;
    const final = {
      type: 'turn.final' as const,
      ...this.stamp(),
      revision,
      text,
      confidence,
      speechStartedAt: this.speechStartedAt,
      speechEndedAt: this.speechEndedAt,
      cursor: this.cursor,
      audioCursor: this.speech.cursor,
      engine: this.recognisedBy,
      ...(this.fallback && { fallback: true }),
      noticedAt: this.noticedAt,
      heardAt: this.heardAt,
      audioMs: this.speech.audioMs,
      engineMs,
      silenceMs,
    };
    this.stage.stream
      .emit(final)
      .then((id) => this.finish({ ...final, id }))
      .catch((error: unknown) => this.stage.fail(error));
  }

  private finish(final: Placed<EventOf<'turn.final'>>) {
    void dialogueCaller(this.stage.deps.hub.redis, this.input.session, final.turn, final.text);
    const { text, confidence, revision, speechStartedAt, speechEndedAt, engine, fallback } = final;
    const { noticedAt, heardAt, audioMs } = final;
    this.stage.finish({
      kind: 'said',
      text,
      confidence,
      revision,
      speechStartedAt,
      speechEndedAt,
      finalAt: final.at,
      engine,
      fallback,
      noticedAt,
      heardAt,
      audioMs,
      cursor: final.cursor ?? final.id,
      audioCursor: final.audioCursor,
      connected: this.connected,
    });
  }

  private leave(reason: string) {
    this.stage.finish({ kind: 'gone', reason, lastWords: this.eager?.transcript.text ?? '' });
  }

  private end() {
    return { cursor: this.cursor, audioCursor: this.speech.cursor, connected: this.connected };
  }

  private emit(event: CallEvent) {
    this.stage.stream.emit(event).catch((error: unknown) => this.stage.fail(error));
  }

  private stamp() {
    return { at: now(), turn: this.input.turn, attempt: this.stage.attempt };
  }
}
