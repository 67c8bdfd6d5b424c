import { WebSocket } from 'ws';

/** What the gateway sends on a Twilio media stream. */
export interface FromGateway {
  event: string;
  media?: { payload: string };
  mark?: { name: string };
}

const OPEN_WITHIN_MS = 2_000;

export interface LineEvents {
  onMessage(message: FromGateway): void;
  /** The connection is gone; not told after `leave`. */
  onGone(code: number): void;
}

/** A Twilio media stream from the telephone network's end. */
export class LineSocket {
  private sent = 0;
  private over = false;

  private constructor(
    private readonly socket: WebSocket,
    private readonly session: string,
    private readonly streamSid: string,
    events: LineEvents,
  ) {
    socket.on('message', (data) => {
      if (!this.over) events.onMessage(JSON.parse((data as Buffer).toString()) as FromGateway);
    });
    socket.on('close', (code) => {
      if (!this.over) events.onGone(code);
      this.over = true;
    });
    socket.on('error', () => undefined);
  }

  /** Connects and starts the stream. Rejects where the gateway can't be reached. */
  static async open(
    url: string,
    session: string,
    streamSid: string,
    customParameters: Record<string, string>,
    events: LineEvents,
  ): Promise<LineSocket> {
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: OPEN_WITHIN_MS });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const line = new LineSocket(socket, session, streamSid, events);
    line.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 };
    const start = {
      streamSid,
      accountSid: `AC${'0'.repeat(32)}`,
      callSid: session,
      tracks: ['inbound'],
      customParameters,
      mediaFormat,
    };
    line.send({ event: 'start', sequenceNumber: '1', streamSid, start });
    return line;
  }

  /** 20 ms of μ-law as base64. `twice`: the network sends the message a second time. */
  sendAudio(payload: string, twice = false) {
    this.sent += 1;
    const media = { track: 'inbound', chunk: `${this.sent}`, timestamp: `${this.sent * 20}`, payload };
    const { streamSid } = this;
    for (let i = 0; i < (twice ? 2 : 1); i++) {
      this.send({ event: 'media', sequenceNumber: `${this.sent + 1}`, streamSid, media });
    }
  }

  sendMark = (mark: { name: string }) => this.send({ event: 'mark', streamSid: this.streamSid, mark });

  hangUp() {
    this.send({ event: 'stop', streamSid: this.streamSid, stop: { callSid: this.session } });
    this.leave();
  }

  leave() {
    this.over = true;
    this.socket.close();
  }

  private send(message: object) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
