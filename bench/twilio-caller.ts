import { FRAME_MS, SILENCE, type Utterance } from './telephone-frames.ts';
import { now, TwilioWire } from './twilio-wire.ts';

/** One reply as the caller's socket saw it; times are ms since the Unix epoch. */
export interface MeasuredTurn {
  lastSpeechSentAt: number;
  firstMediaAt: number;
  /** Which of the caller's utterances it answers, from 0. */
  utterance: number;
  /** Frames of the call before that utterance's first one. */
  framesBefore: number;
}

export interface CallerReport {
  session: string;
  /** From before the connection to the first audio, ms. */
  greetingMs: number | undefined;
  turns: MeasuredTurn[];
  /** From the first speech frame of an interruption to the bot's being silenced, ms. */
  bargeInStopMs: number[];
  /** Interruptions that did not silence the bot before they were over. */
  notCut: number;
  /** Turns without a reply within the limit, and replies that began before the caller had finished. */
  unanswered: number;
  early: number;
  /** From the first connection to the end, s. */
  seconds: number;
  /** When each piece of bot audio came, and how much of it, ms. */
  media: { at: number; ms: number }[];
  /** Connections after the first one. */
  reconnections: number;
  lost: string | undefined;
}

export interface CallerHabits {
  /** Interrupts the last reply, so long after it began, ms. */
  interruptsAfterMs?: number;
  /** Stays on the line without a word until then, after the greeting. */
  silentUntil?: Promise<void>;
  /** Connects again when the connection is lost, as a `<Connect>` in a loop makes Twilio do. */
  comesBack?: boolean;
  /** Told when the greeting is over. */
  onGreeted?: () => void;
}

/** Silence without audio after which a reply is over, and the longest wait for one, ms. */
const QUIET_MS = 500;
const REPLY_LIMIT_MS = 10_000;
const RECONNECT_EVERY_MS = 100;
const RECONNECT_LIMIT_MS = 20_000;
/** Audio further apart than this is not of one stretch, ms. */
const STRETCH_GAP_MS = 400;

/**
 * A caller on a Twilio media stream: listens to the greeting, then says its utterances one after the other, each
 * once the reply before it has been played to its end. Frames go out in real time.
 */
export class TwilioCaller {
  /** How late frames were sent, ms: what the meter itself could not keep up with. */
  readonly lateness: number[] = [];
  private readonly report: CallerReport;
  private wire!: TwilioWire;
  private readonly clearedAt: number[] = [];
  private sent = 0;
  private due = 0;
  private brokenBy: string | undefined;

  constructor(
    private readonly url: string,
    private readonly session: string,
    private readonly utterances: Utterance[],
    /** Silence before each utterance, ms: differs, so that frames and windows meet at every phase. */
    private readonly pauseMs: () => number,
    private readonly customParameters: Record<string, string>,
    private readonly habits: CallerHabits = {},
  ) {
    this.report = {
      session,
      greetingMs: undefined,
      turns: [],
      bargeInStopMs: [],
      notCut: 0,
      unanswered: 0,
      early: 0,
      seconds: 0,
      media: [],
      reconnections: 0,
      lost: undefined,
    };
  }

  async run(): Promise<CallerReport> {
    const { report, habits } = this;
    const connecting = now();
    try {
      await this.connect();
      await this.untilQuiet(connecting);
      if (report.media[0]) report.greetingMs = report.media[0].at - connecting;
      habits.onGreeted?.();
      await this.staySilent();
      for (const index of this.utterances.keys()) await this.takeTurn(index);
      this.wire.hangUp();
    } catch (error) {
      report.lost ??= (error as Error).message;
      this.wire.close();
    }
    report.seconds = (now() - connecting) / 1_000;
    return report;
  }

  private async takeTurn(index: number) {
    await this.pause(this.pauseMs());
    let ended = await this.say(index);
    const repliedAt = await this.reply(index, ended);
    const { interruptsAfterMs } = this.habits;
    if (interruptsAfterMs !== undefined && repliedAt && index === this.utterances.length - 1) {
      await this.pause(repliedAt + interruptsAfterMs - now());
      ended = await this.interrupt();
    }
    await this.untilQuiet(ended.lastSpeechSentAt);
  }

  private async say(index: number, from = 0): Promise<Spoken> {
    const { frames, firstSpeech } = this.utterances[index]!;
    const framesBefore = this.sent;
    let lastSpeechSentAt = 0;
    let began = 0;
    for (let i = from; i < frames.length; i += 1) {
      lastSpeechSentAt = await this.frame(frames[i]!);
      if (i === firstSpeech) began = lastSpeechSentAt;
    }
    return { began, lastSpeechSentAt, framesBefore };
  }

  /** Waits for the first audio after the caller's words; when it came. */
  private async reply(index: number, spoken: Spoken): Promise<number | undefined> {
    const { began, lastSpeechSentAt, framesBefore } = spoken;
    const { report } = this;
    const answered = () => report.media.at(-1) && report.media.at(-1)!.at > lastSpeechSentAt;
    while (!answered() && now() < lastSpeechSentAt + REPLY_LIMIT_MS) await this.frame(SILENCE);
    if (!answered()) {
      report.unanswered += 1;
      return undefined;
    }
    const firstMediaAt = report.media.find(({ at }) => at > lastSpeechSentAt)!.at;
    if (report.media.some(({ at }) => at > began && at <= lastSpeechSentAt)) report.early += 1;
    else report.turns.push({ lastSpeechSentAt, firstMediaAt, utterance: index, framesBefore });
    return firstMediaAt;
  }

  /** Says the first utterance over the bot; the bot stopped with a `clear`, or else with the last audio it sent. */
  private async interrupt(): Promise<Spoken> {
    const { report } = this;
    const spoken = await this.say(0, this.utterances[0]!.firstSpeech);
    const { began, lastSpeechSentAt } = spoken;
    const cleared = this.clearedAt.find((at) => at > began && at <= lastSpeechSentAt);
    let last = began;
    for (const { at } of report.media) {
      if (at <= began) continue;
      if (at > lastSpeechSentAt || at - last > STRETCH_GAP_MS) break;
      last = at;
    }
    if (cleared !== undefined) report.bargeInStopMs.push(cleared - began);
    else if (last > began && lastSpeechSentAt - last > STRETCH_GAP_MS)
      report.bargeInStopMs.push(last - began);
    else report.notCut += 1;
    return spoken;
  }

  private async pause(ms: number) {
    const until = now() + ms;
    while (now() < until) await this.frame(SILENCE);
  }

  private async staySilent() {
    const until = { over: this.habits.silentUntil === undefined };
    void this.habits.silentUntil?.then(() => (until.over = true));
    while (!until.over) await this.frame(SILENCE);
  }

  private async untilQuiet(since: number) {
    for (;;) {
      await this.frame(SILENCE);
      const last = this.report.media.at(-1)?.at ?? 0;
      const heard = last > since;
      if (heard && now() > Math.max(last + QUIET_MS, this.wire.playEnd)) return;
      if (!heard && now() > since + REPLY_LIMIT_MS) return;
    }
  }

  /** Sends the next frame when it is due; returns when it was sent. */
  private async frame(payload: string): Promise<number> {
    if (this.brokenBy) await this.comeBack();
    this.due ||= now();
    const wait = this.due - now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.sent += 1;
    this.wire.sendMedia(payload);
    const at = now();
    this.lateness.push(at - this.due);
    this.due += FRAME_MS;
    return at;
  }

  private async connect() {
    this.brokenBy = undefined;
    this.wire = new TwilioWire(this.url, this.session, {
      onMedia: (at, ms) => this.report.media.push({ at, ms }),
      onClear: (at) => this.clearedAt.push(at),
      onLost: (reason) => (this.brokenBy = reason),
    });
    await this.wire.connect(this.customParameters);
  }

  private async comeBack() {
    if (!this.habits.comesBack) throw new Error(this.brokenBy);
    const giveUpAt = now() + RECONNECT_LIMIT_MS;
    while (this.brokenBy) {
      if (now() > giveUpAt) throw new Error(`could not come back: ${this.brokenBy}`);
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_EVERY_MS));
      await this.connect().catch((error: Error) => (this.brokenBy ??= error.message));
    }
    this.report.reconnections += 1;
    this.due = now();
  }
}

interface Spoken {
  began: number;
  lastSpeechSentAt: number;
  framesBefore: number;
}
