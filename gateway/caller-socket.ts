import type { WebSocket } from 'ws';
import type { Logger } from '../config/log.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayMetrics } from './metrics.ts';
import { QuietLog } from './quiet-log.ts';
import { closeCode } from './transport.ts';

export interface SocketListener {
  onText(message: string): void;
  onBinary(message: Buffer): void;
  /** `clean`: the client said goodbye; else the connection broke, or was closed from this side. */
  onClosed(clean: boolean): void;
}

/** Why a message was ignored. */
export type Fault = 'malformed' | 'unknown' | 'out-of-order' | 'wrong-kind' | 'invalid';

/** A caller's WebSocket with its bounds: message size, time to start, pings, unread backlog, faults. */
export class CallerSocket {
  private readonly startTimer: NodeJS.Timeout;
  private readonly quiet: QuietLog;
  private answered = true;
  private faults = 0;
  private closing = false;
  private mayCome: number;
  private countedAt = performance.now();

  constructor(
    private readonly socket: WebSocket,
    private readonly deps: { limits: GatewayLimits; log: Logger; metrics: GatewayMetrics },
  ) {
    const seconds = deps.limits.startMs / 1_000;
    this.quiet = new QuietLog(deps.log);
    this.mayCome = deps.limits.messagesAtOnce;
    this.startTimer = setTimeout(
      () => this.close(closeCode.refused, `send a start message within ${seconds} s of connecting`),
      deps.limits.startMs,
    );
  }

  listen(listener: SocketListener) {
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.answered = true;
      if (this.closing) return;
      if (data.length > this.deps.limits.messageBytes) {
        this.close(closeCode.tooBig, `keep messages within ${this.deps.limits.messageBytes} bytes`);
        return;
      }
      if (this.isFlood()) {
        this.close(closeCode.refused, `keep to ${this.deps.limits.messagesPerSecond} messages a second`);
        return;
      }
      try {
        if (isBinary) listener.onBinary(data);
        else listener.onText(data.toString());
      } catch (error) {
        this.deps.log.error({ error }, 'a message from a caller could not be handled');
        this.close(closeCode.failed, 'the gateway failed; connect again');
      }
    });
    this.socket.on('pong', () => {
      this.answered = true;
    });
    this.socket.on('close', (code: number) => {
      clearTimeout(this.startTimer);
      // 1005: a close frame without a code, as a browser's `close()` sends.
      listener.onClosed(!this.closing && (code === 1000 || code === 1005));
    });
    // ws has begun to close with the fitting code by then.
    this.socket.on('error', (error) => this.quiet.warn({ reason: error.message }, 'broken WebSocket frame'));
  }

  /** Counts a message against a bucket that fills again all the time. */
  private isFlood(): boolean {
    const { messagesAtOnce, messagesPerSecond } = this.deps.limits;
    const now = performance.now();
    const filled = this.mayCome + ((now - this.countedAt) / 1_000) * messagesPerSecond;
    this.mayCome = Math.min(messagesAtOnce, filled) - 1;
    this.countedAt = now;
    return this.mayCome < 0;
  }

  /** The client has said which call it wants. */
  started() {
    clearTimeout(this.startTimer);
  }

  send(data: string | Uint8Array) {
    if (this.closing) return;
    if (this.socket.bufferedAmount > this.deps.limits.backlogBytes) {
      this.deps.log.warn('the caller does not read; cut');
      this.terminate();
    } else this.socket.send(data);
  }

  /** Counts a message that is ignored; too many of them end the connection. */
  fault(kind: Fault, detail: string) {
    this.deps.metrics.faults.inc({ kind });
    this.quiet.warn({ kind, detail }, 'ignored a message from a caller');
    if (++this.faults >= this.deps.limits.faults) {
      this.close(closeCode.refused, `too many unusable messages, the last one: ${detail}`);
    }
  }

  close(code: number, reason: string) {
    if (this.closing) return;
    this.closing = true;
    // A close frame holds 123 bytes of reason (RFC 6455, 5.5).
    this.socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, 123)
        .toString()
        .replace(/\uFFFD+$/, ''),
    );
  }

  /** Asks for a sign of life, and cuts a caller who gave none since the last time. */
  ping() {
    if (!this.answered) {
      this.terminate();
      return;
    }
    this.answered = false;
    this.socket.ping();
  }

  terminate() {
    this.closing = true;
    this.socket.terminate();
  }
}
