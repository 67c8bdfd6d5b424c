import { WebSocket } from 'ws';
import { z } from 'zod';
import { fromSamples, type MediaFormat, toSamples } from '../audio/format.ts';
import type { CallSettingsPatch } from '../call/settings.ts';
import { type CallEvent, eventSchema } from '../stream/events.ts';
import { CALLER_RATE } from './caller-recording.ts';
import { CliError } from './error.ts';
import { Earpiece } from './earpiece.ts';

/** What the caller says of the call to the gateway. */
export interface CallerRequest {
  session: string;
  tenant?: string;
  domain?: string;
  customer?: string;
  phone?: string;
  settings?: CallSettingsPatch;
  /** Where the gateway asks for one. */
  token?: string;
}

/** What went over the line: both sides at 16 kHz, aligned; the bot's as it was heard. */
export interface CallRecording {
  caller: Int16Array;
  bot: Int16Array;
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started') }),
  z.object({ type: z.literal('refused'), reason: z.string() }),
  z.object({ type: z.literal('clear') }),
  z.object({ type: z.literal('mark'), name: z.string() }),
  z.object({ type: z.literal('event'), event: eventSchema }),
  z.object({ type: z.literal('ended'), reason: z.string() }),
]);

const FORMAT: MediaFormat = { encoding: 'pcm16', sampleRate: CALLER_RATE };
const FRAME_MS = 20;
const FRAME = (CALLER_RATE * FRAME_MS) / 1_000;
const CONNECT_TIMEOUT_MS = 3_000;
const START_TIMEOUT_MS = 10_000;
/** After a hang-up the gateway has this long, ms, to close the socket. */
const CLOSE_TIMEOUT_MS = 2_000;
const HUNG_UP = 'the caller hung up';
/** Two minutes of bot audio, in samples, may wait to be played: a gateway that sends more is out of order. */
const LONGEST_QUEUE = 120 * CALLER_RATE;
/** 30 s of caller audio, in bytes, may wait in the socket: more means that the gateway no longer reads. */
const LARGEST_BACKLOG = 30 * CALLER_RATE * 2;

/**
 * A caller on the gateway's plain WebSocket. Like a telephone it sends a frame every 20 ms, silence when
 * nothing is to be said, and plays the bot's audio no faster than it sounds.
 */
export class Caller {
  /** Resolves with the reason when the call is over; never rejects. */
  readonly ended: Promise<string>;
  private endWith!: (reason: string) => void;
  private answer?: { accept: () => void; refuse: (reason: string) => void };
  private saying?: { samples: Int16Array; sent: number; done: () => void };
  private pump?: NodeJS.Timeout;
  private hungUp = false;
  private readonly earpiece = new Earpiece();
  private readonly frames: { caller: Int16Array; bot: Int16Array }[] = [];

  private constructor(
    private readonly socket: WebSocket,
    private readonly onEvent: (event: CallEvent) => void,
  ) {
    this.ended = new Promise((resolve) => {
      this.endWith = resolve;
    });
    socket.on('message', (data: Buffer, isBinary) => (isBinary ? this.hear(data) : this.read(data)));
    socket.on('close', (code) =>
      this.finish(this.hungUp ? HUNG_UP : `the gateway closed the connection (${code})`),
    );
    socket.on('error', (error) => this.finish(`the connection to the gateway broke (${error.message})`));
  }

  /** Connects to a gateway's `/pcm`; `onEvent` is told of every event of the call. Throws CliError. */
  static async connect(url: string, onEvent: (event: CallEvent) => void): Promise<Caller> {
    const socket = new WebSocket(url, { handshakeTimeout: CONNECT_TIMEOUT_MS, maxPayload: 1 << 20 });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (error: NodeJS.ErrnoException) => {
        const status = /server response: (\d+)/.exec(error.message)?.[1];
        reject(
          new CliError(
            status
              ? `The gateway at ${url} takes no call at the moment (HTTP ${status}): try again later.`
              : `No gateway answers at ${url} (${error.code || error.message}): start one with \`orkestra worker gateway\`, or everything with \`orkestra up\`.`,
          ),
        );
      });
    });
    return new Caller(socket, onEvent);
  }

  /** Takes up the call; from then on audio flows both ways. Throws CliError where the gateway refuses. */
  async start(request: CallerRequest): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((accept, reject) => {
        const refuse = (reason: string) => reject(new CliError(`The gateway refused the call: ${reason}.`));
        this.answer = { accept, refuse };
        void this.ended.then(refuse);
        timer = setTimeout(() => refuse(`no answer within ${START_TIMEOUT_MS / 1_000} s`), START_TIMEOUT_MS);
        this.send({ type: 'start', sampleRate: CALLER_RATE, events: true, ...request });
      });
    } finally {
      clearTimeout(timer);
      this.answer = undefined;
    }
    this.keepPace();
  }

  /** Speaks, in real time; resolves when the last frame has been sent, or the call is over. */
  async say(samples: Int16Array): Promise<void> {
    const spoken = new Promise<void>((done) => {
      this.saying = { samples, sent: 0, done };
    });
    await Promise.race([spoken, this.ended]);
  }

  /** Types instead of speaking. */
  type(text: string) {
    this.send({ type: 'text', text });
  }

  /** Presses a key of the telephone: 0–9, `*`, `#`, A–D. */
  press(digit: string) {
    this.send({ type: 'digit', digit });
  }

  /** Ends the call from the caller's side; resolves when the connection is closed. */
  async hangUp(): Promise<void> {
    this.hungUp = true;
    this.send({ type: 'stop' });
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  recording(): CallRecording {
    const whole = {
      caller: new Int16Array(this.frames.length * FRAME),
      bot: new Int16Array(this.frames.length * FRAME),
    };
    for (const [index, { caller, bot }] of this.frames.entries()) {
      whole.caller.set(caller, index * FRAME);
      whole.bot.set(bot, index * FRAME);
    }
    return whole;
  }

  private send(message: object) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private read(data: Buffer) {
    const message = parse(data);
    // A newer gateway may say what this client does not know.
    if (!message) return;
    if (message.type === 'started') this.answer?.accept();
    else if (message.type === 'refused') this.answer?.refuse(message.reason);
    else if (message.type === 'clear') this.earpiece.clear();
    else if (message.type === 'mark') this.earpiece.mark(message.name);
    else if (message.type === 'event') this.onEvent(message.event);
    else this.finish(this.hungUp ? HUNG_UP : message.reason);
  }

  private hear(data: Buffer) {
    this.earpiece.enqueue(toSamples(FORMAT, data));
    if (this.earpiece.queued > LONGEST_QUEUE) this.finish('the gateway sent more audio than can be played');
  }

  /** Sends and plays every frame that is due, on one clock. */
  private keepPace() {
    const startedAt = performance.now();
    this.pump = setInterval(() => {
      const due = Math.floor((performance.now() - startedAt) / FRAME_MS);
      while (this.pump && this.frames.length < due) this.exchangeFrame();
    }, FRAME_MS / 2);
  }

  private exchangeFrame() {
    const caller = new Int16Array(FRAME);
    const { saying } = this;
    if (saying) {
      const part = saying.samples.subarray(saying.sent, saying.sent + FRAME);
      caller.set(part);
      saying.sent += part.length;
      if (saying.sent === saying.samples.length) {
        this.saying = undefined;
        saying.done();
      }
    }
    const { frame: bot, marks } = this.earpiece.next(FRAME);
    this.frames.push({ caller, bot });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(fromSamples(FORMAT, caller));
    for (const name of marks) this.send({ type: 'mark', name });
    if (this.socket.bufferedAmount > LARGEST_BACKLOG) this.finish('the gateway stopped reading');
  }

  private finish(reason: string) {
    clearInterval(this.pump);
    this.pump = undefined;
    this.endWith(reason);
    this.socket.close();
  }
}

function parse(data: Buffer): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}
