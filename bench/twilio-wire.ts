import { WebSocket } from 'ws';
import { FRAME_MS } from './telephone-frames.ts';

/** What comes over the wire; times are ms since the Unix epoch. */
export interface WireListener {
  /** Audio of so many ms. */
  onMedia(at: number, ms: number): void;
  onClear(at: number): void;
  /** The server closed it, or it broke. */
  onLost(reason: string): void;
}

export const now = () => performance.timeOrigin + performance.now();

interface Message {
  event: string;
  media?: { payload: string };
  mark?: { name: string };
}

/** One connection of a Twilio media stream, as Twilio's end of it behaves: marks come back when played, or when cleared. */
export class TwilioWire {
  /** When all audio that came has been played. */
  playEnd = 0;
  private readonly socket: WebSocket;
  private readonly marks = new Map<object, NodeJS.Timeout>();
  private readonly head: string;
  private sent = 0;
  private hungUp = false;

  constructor(
    url: string,
    private readonly session: string,
    private readonly listener: WireListener,
  ) {
    this.head = `"streamSid":"${session}","media":{"track":"inbound","chunk":"`;
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => this.onMessage(JSON.parse(data.toString()) as Message));
    this.socket.on('error', (error) => this.lose(error.message));
    this.socket.on('close', (code) => this.lose(`closed by the server, code ${code}`));
  }

  /** `customParameters` go with the start message, as Twilio's `<Parameter>`s do. */
  async connect(customParameters: Record<string, string>): Promise<void> {
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    const { session } = this;
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
        customParameters,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
      },
    });
  }

  /** Sends one frame, base64. Written by hand: of a hundred callers it is five thousand messages a second. */
  sendMedia(payload: string) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const chunk = (this.sent += 1);
    this.socket.send(
      `{"event":"media","sequenceNumber":"${chunk + 1}",${this.head}${chunk}","timestamp":"${chunk * FRAME_MS}","payload":"${payload}"}}`,
    );
  }

  hangUp() {
    this.send({ event: 'stop', streamSid: this.session, stop: { callSid: this.session } });
    this.close();
  }

  close() {
    this.hungUp = true;
    for (const timer of this.marks.values()) clearTimeout(timer);
    this.socket.close();
  }

  private lose(reason: string) {
    if (this.hungUp) return;
    this.hungUp = true;
    this.listener.onLost(reason);
  }

  private onMessage(message: Message) {
    const at = now();
    if (message.event === 'media') {
      const ms = (message.media!.payload.length * 3) / 4 / 8;
      this.playEnd = Math.max(this.playEnd, at) + ms;
      this.listener.onMedia(at, ms);
    } else if (message.event === 'clear') {
      this.playEnd = at;
      this.listener.onClear(at);
      for (const mark of this.marks.keys()) this.echo(mark);
    } else if (message.event === 'mark') {
      const mark = message.mark!;
      this.marks.set(
        mark,
        setTimeout(() => this.echo(mark), this.playEnd - at),
      );
    }
  }

  private echo(mark: object) {
    clearTimeout(this.marks.get(mark));
    this.marks.delete(mark);
    this.send({ event: 'mark', streamSid: this.session, mark });
  }

  private send(message: object) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
