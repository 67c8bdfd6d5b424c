import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SttEngine } from '../../engines/stt/engine.ts';

/**
 * A server that speaks Deepgram's streaming protocol, as its documentation tells it, with a real recogniser behind
 * it: interim results as audio comes, `Finalize`, `KeepAlive`, `CloseStream`.
 */
export class DeepgramServer {
  /** The addresses that were asked for, and the messages that came, audio apart. */
  readonly connections: { url: URL; authorization: string | undefined; messages: string[] }[] = [];
  /** Statuses with which the next connections are refused. */
  readonly refusals: number[] = [];
  /** `interim`: leaves `Finalize` without an answer, as the documentation allows; `none`: says nothing any more. */
  answers: 'all' | 'interim' | 'none' = 'all';
  private readonly server: WebSocketServer;

  private constructor(private readonly engine: SttEngine) {
    this.server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      verifyClient: (_, done) => {
        const status = this.refusals.shift();
        done(status === undefined, status);
      },
    });
    this.server.on('connection', (socket, request) => this.serve(socket, request));
  }

  static async start(engine: SttEngine): Promise<DeepgramServer> {
    const server = new DeepgramServer(engine);
    await once(server.server, 'listening');
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections off, with a code. */
  breakOff(code: number, reason: string) {
    for (const socket of this.server.clients) socket.close(code, reason);
  }

  /** Sends a message to all connections. */
  tell(message: string) {
    for (const socket of this.server.clients) socket.send(message);
  }

  async stop() {
    for (const socket of this.server.clients) socket.terminate();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
    await this.engine.close();
  }

  private serve(socket: WebSocket, request: IncomingMessage) {
    const messages: string[] = [];
    const url = new URL(request.url!, this.url);
    this.connections.push({ url, authorization: request.headers.authorization, messages });
    // Seconds of audio: all that came, and those whose words are final.
    let heard = 0;
    let settled = 0;
    const send = (text: string, upTo: number, flags: { is_final: boolean; from_finalize?: boolean }) =>
      socket.send(
        JSON.stringify({
          type: 'Results',
          channel_index: [0, 1],
          start: settled,
          duration: upTo - settled,
          speech_final: false,
          ...flags,
          channel: { alternatives: [{ transcript: text, confidence: text === '' ? 0 : 0.98, words: [] }] },
          metadata: { request_id: 'test', model_uuid: 'test' },
        }),
      );
    const openStream = () =>
      this.engine.open({
        language: 'en',
        onPartial: (text) => {
          if (this.answers !== 'none') send(text, heard, { is_final: false });
        },
      });
    let stream = openStream();
    const finalize = async () => {
      const finished = stream;
      const upTo = heard;
      stream = openStream();
      const { text } = await finished.finalize();
      finished.close();
      if (this.answers === 'all') send(text, upTo, { is_final: true, from_finalize: true });
      settled = upTo;
    };
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        const bytes = data as Buffer;
        const samples = new Int16Array(bytes.length / 2);
        for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i);
        heard += samples.length / 16_000;
        return stream.write(samples);
      }
      messages.push(String(data));
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'Finalize') void finalize();
      if (type === 'CloseStream') socket.close(1000);
    });
    socket.on('close', () => stream.close());
  }
}
