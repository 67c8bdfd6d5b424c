import { once } from 'node:events';
import { WebSocket } from 'ws';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { Happenings } from './wait.ts';

export type Message = Record<string, any>;

/** A caller's client on a real WebSocket: keeps what comes, and sends what it is told to, sense or nonsense. */
export class Client {
  readonly messages = new Happenings<Message>();
  readonly audio = new Happenings<Buffer>();
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.audio.add(data);
      else this.onText(JSON.parse(data.toString()));
    });
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  /** Rejects with `Unexpected server response: STATUS` where the server does not want it. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
    const socket = new WebSocket(url, { perMessageDeflate: false, headers });
    const client = new Client(socket);
    await once(socket, 'open');
    socket.on('error', () => undefined);
    return client;
  }

  send(message: Message | string | Buffer) {
    const raw = typeof message === 'string' || Buffer.isBuffer(message);
    this.socket.send(raw ? message : JSON.stringify(message));
  }

  /** A message with this `event` (Twilio) or `type` (PCM), now or later. */
  message(kind: string): Promise<Message> {
    return this.messages.first(({ event, type }) => event === kind || type === kind);
  }

  /** All bytes of audio so far. */
  heard(): Buffer {
    return Buffer.concat(this.audio.all);
  }

  private onText(message: Message) {
    if (message.event === 'media') this.audio.add(Buffer.from(message.media.payload, 'base64'));
    this.messages.add(message);
  }
}

/** The messages of a Twilio stream. */
export class TwilioStream {
  private chunk = 0;

  constructor(
    readonly client: Client,
    private readonly streamSid = 'MZ1',
  ) {}

  start(callSid: string, customParameters: Record<string, string> = {}) {
    const { streamSid } = this;
    this.client.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.client.send({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: {
        streamSid,
        callSid,
        accountSid: 'AC0',
        tracks: ['inbound'],
        customParameters,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
      },
    });
  }

  /** Sends samples of 8 kHz as frames of 20 ms, all at once. */
  say(samples: Int16Array) {
    for (let i = 0; i < samples.length; i += 160) {
      this.media(Buffer.from(encodeMulaw(samples.subarray(i, i + 160))).toString('base64'));
    }
  }

  /** Sends samples of 8 kHz as a telephone line does: a frame every 20 ms, or `haste` times as fast. */
  async speak(samples: Int16Array, haste = 1) {
    let due = performance.now();
    for (let i = 0; i < samples.length; i += 160) {
      this.say(samples.subarray(i, i + 160));
      due += 20 / haste;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    }
  }

  media(payload: string, chunk = ++this.chunk) {
    const { streamSid } = this;
    const media = { track: 'inbound', chunk: `${chunk}`, timestamp: `${chunk * 20}`, payload };
    this.client.send({ event: 'media', sequenceNumber: `${chunk + 1}`, streamSid, media });
  }

  stop() {
    this.client.send({ event: 'stop', streamSid: this.streamSid, stop: { callSid: 'CA1' } });
  }
}

/** A tone, which the energy detector takes for speech, or silence, at 8 kHz. */
export const tone = (ms: number, amplitude = 8_000) =>
  Int16Array.from({ length: ms * 8 }, (_, i) => amplitude * Math.sin(i / 4));
export const silence = (ms: number) => new Int16Array(ms * 8);
