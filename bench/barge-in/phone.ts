import { WebSocket } from 'ws';
import { decodeMulaw, encodeMulaw } from '../../audio/mulaw.ts';
import { now } from '../../stream/call-stream.ts';
import type { Sound } from './sounds.ts';

const FRAME_MS = 20;
const FRAME = 160;
const SILENCE = 0xff;

/** The bot's own voice, as the caller's microphone picks it up. */
export interface Echo {
  decibels: number;
  delayMs: number;
}

/** What was heard of the utterance, μ-law: up to where it first fell silent, and from where it last began again. */
export interface Heard {
  before: Buffer;
  after: Buffer;
  /** Of the utterance that was never played between the two, ms. */
  skippedMs: number;
}

/** When the phone fell silent after the caller had begun to make a sound, ms since the Unix epoch. */
export interface Falling {
  soundAt: number;
  clearAt: number | undefined;
  silentAt: number | undefined;
}

/**
 * A caller's phone on a Twilio media stream: plays what comes in real time, forgets it on `clear`, and echoes marks if
 * it is of that kind. It knows how much of the utterance that it was told of its listener has heard.
 */
export class Phone {
  /** How far the utterance has been heard, bytes. */
  heardBytes = 0;
  echo: Echo | undefined;
  falling: Falling | undefined;
  private utterance: Buffer = Buffer.alloc(0);
  /** The stretches of it that were played, each to where it was cleared. */
  private stretches: { from: number; to: number }[] = [];
  private expected = 0;
  /** Since the last frame that it played. */
  private cleared = false;
  private queue: { audio: Buffer; at: number }[] = [];
  private readonly marks: { name: string; after: number }[] = [];
  private received = 0;
  private played = 0;
  /** What was played, for the echo; the newest at the end. */
  private past: number[] = [];
  private microphone: { sound: Int16Array; at: number } | undefined;
  private readonly timer: NodeJS.Timeout;
  private due = now();
  private sent = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly session: string,
    private readonly echoesMarks: boolean,
  ) {
    socket.on('message', (data) => this.onMessage(JSON.parse(data.toString())));
    this.timer = setInterval(() => {
      for (; this.due <= now(); this.due += FRAME_MS) this.tick();
    }, FRAME_MS / 4);
  }

  static async dial(url: string, session: string, echoesMarks: boolean, parameters: Record<string, string>) {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const phone = new Phone(socket, session, echoesMarks);
    phone.send({
      event: 'start',
      start: { callSid: session, customParameters: parameters },
    });
    return phone;
  }

  /** Of the audio that comes from here on, this is what is to be reckoned as heard. */
  expect(utterance: Buffer) {
    this.utterance = utterance;
    this.expected = 0;
    this.heardBytes = 0;
    this.stretches = [];
    this.falling = undefined;
  }

  /** What was heard of the utterance if it was interrupted for a while. */
  get heardAgain(): Heard | undefined {
    const [first] = this.stretches;
    const last = this.stretches.at(-1);
    if (!first || !last || first === last) return undefined;
    const skipped = this.stretches.slice(1).reduce(
      ({ bytes, reached }, { from, to }) => ({
        bytes: bytes + Math.max(0, from - reached),
        reached: Math.max(reached, to),
      }),
      { bytes: 0, reached: first.to },
    );
    const cut = ({ from, to }: typeof first) => this.utterance.subarray(from, to);
    return { before: cut(first), after: cut(last), skippedMs: skipped.bytes / 8 };
  }

  /** The caller makes a sound, from the next frame on. */
  make({ samples }: Sound) {
    this.microphone = { sound: samples, at: 0 };
  }

  hangUp() {
    clearInterval(this.timer);
    this.send({ event: 'stop', stop: { callSid: this.session } });
    this.socket.close();
  }

  private onMessage(message: { event: string; media?: { payload: string }; mark?: { name: string } }) {
    if (message.event === 'media') {
      const audio = Buffer.from(message.media!.payload, 'base64');
      this.received += audio.length;
      this.queue.push({ audio, at: this.placeOf(audio) });
    } else if (message.event === 'mark') {
      this.marks.push({ name: message.mark!.name, after: this.received });
    } else if (message.event === 'clear') {
      this.queue = [];
      this.cleared = true;
      this.played = this.received;
      if (this.falling) this.falling.clearAt ??= now();
    }
  }

  /** Where in the utterance this audio is; -1 where it is none of it. */
  private placeOf(audio: Buffer): number {
    const next = this.utterance.subarray(this.expected, this.expected + audio.length);
    const at = next.equals(audio) ? this.expected : this.utterance.indexOf(audio);
    if (at !== -1) this.expected = at + audio.length;
    return at;
  }

  private tick() {
    this.listen();
    const frame = this.speak();
    const payload = Buffer.from(encodeMulaw(frame)).toString('base64');
    this.sent += 1;
    this.send({ event: 'media', media: { track: 'inbound', chunk: `${this.sent}`, payload } });
  }

  /** Plays a frame. */
  private listen() {
    const frame = Buffer.alloc(FRAME, SILENCE);
    let filled = 0;
    for (let head = this.queue[0]; head && filled < FRAME; head = this.queue[0]) {
      const part = head.audio.subarray(0, FRAME - filled);
      frame.set(part, filled);
      filled += part.length;
      if (head.at !== -1) this.play(head.at, part.length);
      if (part.length === head.audio.length) this.queue.shift();
      else {
        head.audio = head.audio.subarray(part.length);
        if (head.at !== -1) head.at += part.length;
      }
    }
    this.played += filled;
    if (filled === 0 && this.falling) this.falling.silentAt ??= now();
    this.past.push(...decodeMulaw(frame));
    this.past = this.past.slice(-8_000);
    while (this.marks[0] && this.marks[0].after <= this.played) {
      const { name } = this.marks.shift()!;
      if (this.echoesMarks) this.send({ event: 'mark', mark: { name } });
    }
  }

  private play(at: number, length: number) {
    this.heardBytes = Math.max(this.heardBytes, at + length);
    const last = this.stretches.at(-1);
    if (!last || this.cleared) this.stretches.push({ from: at, to: at + length });
    else last.to = at + length;
    this.cleared = false;
  }

  /** What the microphone picks up in a frame. */
  private speak(): Int16Array {
    const frame = new Int16Array(FRAME);
    if (this.echo) {
      const gain = 10 ** (-this.echo.decibels / 20);
      const from = this.past.length - FRAME - this.echo.delayMs * 8;
      for (let i = 0; i < FRAME; i++) frame[i] = (this.past[from + i] ?? 0) * gain;
    }
    if (this.microphone) {
      const { sound, at } = this.microphone;
      if (at === 0) this.falling = { soundAt: now(), clearAt: undefined, silentAt: undefined };
      for (let i = 0; i < FRAME; i++) frame[i] = frame[i]! + (sound[at + i] ?? 0);
      this.microphone.at += FRAME;
      if (at + FRAME >= sound.length) this.microphone = undefined;
    }
    return frame;
  }

  private send(message: object) {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ streamSid: this.session, ...message }));
    }
  }
}
