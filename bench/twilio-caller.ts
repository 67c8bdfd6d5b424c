import { WebSocket } from 'ws';
import { encodeMulaw } from '../audio/mulaw.ts';

/** One frame of a phone call: 20 ms, 160 samples at 8 kHz. */
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const SILENCE = Buffer.alloc(FRAME_SAMPLES, 0xff).toString('base64');

/** A recording as the frames of a phone call, up to the last one that holds speech. */
export interface Utterance {
  frames: string[];
  firstSpeech: number;
  lastSpeech: number;
}

/** Speech is what is louder than −40 dBFS RMS over a frame, as in the peers' meter. */
const SPEECH_RMS = 32_768 * 10 ** (-40 / 20);

/** Cuts 8 kHz samples into frames; leading silence stays, trailing silence goes. */
export function utteranceOf(samples: Int16Array): Utterance {
  const frames: string[] = [];
  const speech: number[] = [];
  for (let i = 0; i + FRAME_SAMPLES <= samples.length; i += FRAME_SAMPLES) {
    const frame = samples.subarray(i, i + FRAME_SAMPLES);
    const energy = frame.reduce((sum, sample) => sum + sample * sample, 0) / FRAME_SAMPLES;
    if (Math.sqrt(energy) >= SPEECH_RMS) speech.push(frames.length);
    frames.push(Buffer.from(encodeMulaw(frame)).toString('base64'));
  }
  if (speech.length === 0) throw new Error('the recording is silent');
  return { frames: frames.slice(0, speech.at(-1)! + 1), firstSpeech: speech[0]!, lastSpeech: speech.at(-1)! };
}

/** One reply as the caller's socket saw it; times are ms since the Unix epoch. */
export interface MeasuredTurn {
  lastSpeechSentAt: number;
  firstMediaAt: number;
}

export interface CallerReport {
  session: string;
  /** From before the connection to the first audio, ms. */
  greetingMs: number | undefined;
  turns: MeasuredTurn[];
  /** Turns without a reply within the limit, and replies that began before the caller had finished. */
  unanswered: number;
  early: number;
  /** How late frames were sent, ms: what the meter itself could not keep up with. */
  lateness: number[];
  lost: string | undefined;
}

const now = () => performance.timeOrigin + performance.now();

/** Silence without audio after which a reply is over, and the longest wait for one, ms. */
const QUIET_MS = 500;
const REPLY_LIMIT_MS = 10_000;

/**
 * A caller on a Twilio media stream: listens to the greeting, then says its utterances one after the other, each
 * once the reply before it has been played to its end. Frames go out in real time. Marks are echoed when played.
 */
export class TwilioCaller {
  private readonly report: CallerReport;
  private socket!: WebSocket;
  private mediaAt: number[] = [];
  private playEnd = 0;
  private sent = 0;
  private due = 0;
  private hungUp = false;

  constructor(
    private readonly url: string,
    session: string,
    private readonly utterances: Utterance[],
    /** Silence before each utterance, ms: differs, so that frames and windows meet at every phase. */
    private readonly pauseMs: () => number,
    /** Goes with the start message, as Twilio's `<Parameter>`s do. */
    private readonly customParameters: Record<string, string>,
  ) {
    this.report = {
      session,
      greetingMs: undefined,
      turns: [],
      unanswered: 0,
      early: 0,
      lateness: [],
      lost: undefined,
    };
  }

  async run(): Promise<CallerReport> {
    const connecting = now();
    try {
      await this.connect();
      await this.untilQuiet(connecting);
      if (this.mediaAt[0]) this.report.greetingMs = this.mediaAt[0] - connecting;
      for (const utterance of this.utterances) await this.speak(utterance);
      this.hungUp = true;
      this.send({ event: 'stop', streamSid: this.report.session, stop: { callSid: this.report.session } });
    } catch (error) {
      this.report.lost ??= (error as Error).message;
    }
    this.socket.close();
    return this.report;
  }

  private async speak(utterance: Utterance) {
    const until = now() + this.pauseMs();
    while (now() < until) await this.frame(SILENCE);
    const began = now();
    let lastSpeechSentAt = 0;
    for (const frame of utterance.frames) lastSpeechSentAt = await this.frame(frame);
    const answered = () => this.mediaAt.findLast((at) => at > lastSpeechSentAt) !== undefined;
    while (!answered() && now() < lastSpeechSentAt + REPLY_LIMIT_MS) await this.frame(SILENCE);
    if (!answered()) this.report.unanswered += 1;
    else if (this.mediaAt.some((at) => at > began && at <= lastSpeechSentAt)) this.report.early += 1;
    else {
      const firstMediaAt = this.mediaAt.find((at) => at > lastSpeechSentAt)!;
      this.report.turns.push({ lastSpeechSentAt, firstMediaAt });
    }
    await this.untilQuiet(lastSpeechSentAt);
  }

  private async untilQuiet(since: number) {
    for (;;) {
      await this.frame(SILENCE);
      const last = this.mediaAt.at(-1) ?? 0;
      const heard = last > since;
      if (heard && now() > Math.max(last + QUIET_MS, this.playEnd)) return;
      if (!heard && now() > since + REPLY_LIMIT_MS) return;
    }
  }

  /** Sends the next frame when it is due; returns when it was sent. */
  private async frame(payload: string): Promise<number> {
    if (this.report.lost) throw new Error(this.report.lost);
    this.due ||= now();
    const wait = this.due - now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.sent += 1;
    const media = { track: 'inbound', chunk: `${this.sent}`, timestamp: `${this.sent * FRAME_MS}`, payload };
    this.send({ event: 'media', sequenceNumber: `${this.sent + 1}`, streamSid: this.report.session, media });
    const at = now();
    this.report.lateness.push(at - this.due);
    this.due += FRAME_MS;
    return at;
  }

  private async connect() {
    this.socket = new WebSocket(this.url, { perMessageDeflate: false });
    this.socket.on('message', (data) => this.onMessage(JSON.parse(data.toString())));
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.socket.on('close', (code) => {
      if (!this.hungUp) this.report.lost ??= `closed by the server, code ${code}`;
    });
    this.socket.on('error', (error) => {
      this.report.lost ??= error.message;
    });
    const { session } = this.report;
    this.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.send({
      event: 'start',
      sequenceNumber: '1',
      streamSid: session,
      start: {
        streamSid: session,
        accountSid: `AC${'0'.repeat(32)}`,
        callSid: session,
        tracks: ['inbound'],
        customParameters: this.customParameters,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
      },
    });
  }

  private onMessage(message: { event: string; media?: { payload: string }; mark?: { name: string } }) {
    const at = now();
    if (message.event === 'media') {
      const bytes = (message.media!.payload.length * 3) / 4;
      this.playEnd = Math.max(this.playEnd, at) + bytes / 8;
      this.mediaAt.push(at);
    } else if (message.event === 'clear') {
      this.playEnd = at;
    } else if (message.event === 'mark') {
      const { mark } = message;
      setTimeout(() => this.send({ event: 'mark', streamSid: this.report.session, mark }), this.playEnd - at);
    }
  }

  private send(message: object) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
