import type { CallSettings } from '../../call/settings.ts';
import type { CallEvent, EventOf } from '../../stream/events.ts';
import { isBackchannel, plainWords } from './backchannels.ts';
import { isEcho } from './echo.ts';
import { noTurnOf } from './remark.ts';

/** Why what the caller said is no turn. */
export type NoTurn = EventOf<'turn.ignored'>['reason'];

/** How long after the bot's last word its echo may still come in, ms. */
const ECHO_TAIL_MS = 500;
/**
 * What is to be heard of a speaker who is still speaking, and for how long, ms, before it counts as words of theirs: of a
 * sign of listening a recogniser makes four words and more ("And he came, and he came" of "Mhm, mhm").
 */
const CERTAIN_WORDS = 4;
const CERTAIN_MS = 1_800;
/** Who speaks for longer than this, ms, has more to say than that they listen. */
const REMARK_MS = 2_000;

/** What the bot is doing while the caller speaks, and so what their words are. */
export class BotVoice {
  /** Being spoken or paused. */
  private utterance: string | undefined;
  private said = '';
  private asking = false;
  private endedAt = -Infinity;
  /** The caller began to speak while the bot did. */
  private overlapped = false;

  /** `cutsIn`: words of the domain that take the turn, however short the remark. */
  constructor(
    private readonly language: CallSettings['language'],
    private readonly cutsIn?: RegExp,
  ) {}

  onEvent(event: CallEvent) {
    switch (event.type) {
      case 'playback.started':
        this.utterance = event.utterance;
        this.said = '';
        this.asking = false;
        return;
      case 'playback.paused':
        this.said = event.words;
        this.asking = event.asking;
        return;
      case 'playback.ended':
        // What was dropped before it began says nothing of the one that is playing.
        if (event.utterance !== this.utterance) return;
        this.utterance = undefined;
        this.said = event.heard;
        this.endedAt = event.at;
    }
  }

  /** What the caller heard last, as far as it is known. */
  get lastWords() {
    return this.said;
  }

  /** The caller begins to speak, the first time since they were last judged; `at` as the bot's events have it. */
  onSpeechStarted(at: number) {
    this.overlapped = this.utterance !== undefined || at < this.endedAt + ECHO_TAIL_MS;
  }

  /** Whether what the caller said in `ms` may be a remark after which the bot goes on, so that its sound matters. */
  isRemark(ms: number): boolean {
    return this.overlapped && !this.asking && this.utterance !== undefined && ms < REMARK_MS;
  }

  /**
   * Why these words of the caller's, said in `ms`, are no turn; undefined where they are one. `odds`: how much it sounded
   * like a sign of listening, where that is known.
   */
  judge(text: string, ms: number, odds?: number): NoTurn | undefined {
    if (plainWords(text) === '') return 'noise';
    if (!this.overlapped) return undefined;
    const isSign = isBackchannel(text, this.language);
    // An answer that comes a little early, or a yes to a question that has been heard.
    if (isSign && (this.asking || this.utterance === undefined)) return undefined;
    if (!isSign && isEcho(text, this.said)) return 'echo';
    if (this.asking || ms >= REMARK_MS) return isSign ? 'backchannel' : undefined;
    return noTurnOf({
      text,
      ms,
      odds,
      language: this.language,
      isTopic: this.cutsIn?.test(plainWords(text)),
    });
  }

  /** Whether words that may yet change, said in `ms` so far, show that the caller has something to say. */
  isCertain(text: string, ms: number): boolean {
    if (!this.overlapped) return true;
    const enough = ms >= CERTAIN_MS && plainWords(text).split(' ').length >= CERTAIN_WORDS;
    return enough && this.judge(text, Infinity) === undefined;
  }
}
