import type { CallRequest } from '../call/request.ts';
import type { MediaFormat } from '../audio/format.ts';
import type { CallEvent, Placed } from '../stream/events.ts';

/** One caller's connection, whatever its protocol. Sending on one that has closed does nothing. */
export interface Transport {
  /** Of the audio both ways. */
  readonly format: MediaFormat;
  /** Tells the client that its call is under way. */
  confirm(): void;
  /** Tells the client why there is no call, and closes. */
  refuse(code: number, reason: string): void;
  sendAudio(audio: Uint8Array): void;
  /** The client may echo the mark when it has played everything sent before it. */
  sendMark(name: string): void;
  /** The client forgets what it was sent and has not played. */
  clear(): void;
  /** Set where the client takes tokens to come back with. */
  sendToken?(token: string): void;
  /** Set where the client asked to see the call's events. */
  sendEvent?(event: Placed<CallEvent>): void;
  end(code: number, reason: string): void;
}

/** What a connection tells the session behind it; `onHangUp` or `onDropped` comes last. */
export interface TransportListener {
  /** Bytes in the transport's format, of a length of the client's choice. */
  onAudio(audio: Buffer): void;
  /** A mark came back: all before it has been played, or cleared. */
  onMark(name: string): void;
  /** One of `0`–`9`, `*`, `#`, `A`–`D`. */
  onDigit(digit: string): void;
  onText(text: string): void;
  onHangUp(): void;
  onDropped(): void;
}

/** Called when a client has said which call it wants. Undefined where it may not have it, and was told so. */
export type Begin = (
  request: CallRequest,
  transport: Transport,
  token: string | undefined,
) => TransportListener | undefined;

/** WebSocket close codes (RFC 6455, 7.4.1; 4000 and up are an application's own). */
export const closeCode = {
  over: 1000,
  wrongKind: 1003,
  unreadable: 1007,
  refused: 1008,
  tooBig: 1009,
  failed: 1011,
  restarting: 1012,
  tryLater: 1013,
  replaced: 4001,
} as const;
