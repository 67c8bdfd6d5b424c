import type { CallSettings } from '../../call/settings.ts';
import type { CallEvent, EventOf } from '../../stream/events.ts';
import { isAlmostBackchannel, isBackchannel, isUrgent, plainWords } from './backchannels.ts';
import { isEcho } from './echo.ts';

/** Why what the caller said is no turn. */
export type NoTurn = EventOf<'turn.ignored'>['reason'];

/** How long after the bot's last word its echo may still come in, ms. */
const ECHO_TAIL_MS = 500;
/** What is to be heard of a speaker who is still speaking before it counts as words of theirs. */
const CERTAIN_WORDS = 4;
/**
 * So few words in so short a time, ms, are what recognisers make of a cough ("You."), a hum ("And mem home."), an "Ah,
 * right" ("I rate.") or a faint echo; unless one of them is urgent, or what the domain is about.
 */
const HUM_WORDS = 3;
const HUM_MS = 1_500;
const COUGH_MS = 500;

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

  /** Why these words of the caller's, said in `ms`, are no turn; undefined where they are one. */
  judge(text: string, ms: number): NoTurn | undefined {
    const words = plainWords(text);
    if (words === '') return 'noise';
    if (!this.overlapped) return undefined;
    if (isBackchannel(text, this.language)) {
      // An answer that comes a little early, or a yes to a question that has been heard.
      return this.asking || this.utterance === undefined ? undefined : 'backchannel';
    }
    if (isEcho(text, this.said)) return 'echo';
    const few = words.split(' ').length <= HUM_WORDS || isAlmostBackchannel(text, this.language);
    const hummed = ms < HUM_MS && few;
    if (!hummed || this.asking || this.isRequest(text)) return undefined;
    return ms < COUGH_MS ? 'noise' : 'backchannel';
  }

  private isRequest(text: string): boolean {
    return isUrgent(text, this.language) || (this.cutsIn?.test(plainWords(text)) ?? false);
  }

  /** Whether words that may yet change show that the caller has something to say. */
  isCertain(text: string): boolean {
    if (!this.overlapped) return true;
    return plainWords(text).split(' ').length >= CERTAIN_WORDS && this.judge(text, Infinity) === undefined;
  }
}
