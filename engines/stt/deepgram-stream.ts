import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { EngineError } from '../error.ts';
import { CLOSE_STREAM, FINALIZE, KEEP_ALIVE, readDeepgramMessage } from './deepgram-messages.ts';
import { DeepgramTranscript } from './deepgram-transcript.ts';
import type { SttOptions, SttStream, Transcript } from './engine.ts';

export const NAME = 'deepgram';
/** Hz of the audio that is sent. */
export const RATE = 16_000;
/** The server closes a stream that says nothing for 10 s; its documentation asks for a sign every 3–5 s. */
const KEEP_ALIVE_MS = 4_000;
/** Audio after the last words for which `Finalize` may stay without an answer, s. */
const LITTLE = 0.5;
/** What may wait for the connection or in it, bytes: a minute. A line that is further behind is dead. */
const MOST_WAITING = 60 * RATE * 2;
/** For the server's farewell, which nobody waits for, ms. */
const CLOSE_MS = 1_000;

interface Finalizing {
  resolve(transcript: Transcript): void;
  reject(error: EngineError): void;
}

/** One turn's audio on a connection of its own. */
export class DeepgramStream implements SttStream {
  private readonly transcript = new DeepgramTranscript();
  /** Audio and messages from before the connection stood, in order. */
  private waiting: (Buffer | string)[] = [];
  private waitingBytes = 0;
  private readonly finalizing: Finalizing[] = [];
  private finalizeTimer: NodeJS.Timeout | undefined;
  private readonly keepAlive: NodeJS.Timeout;
  private samples = 0;
  /** Samples before the latest `Finalize`. */
  private finalized = 0;
  private lastPartial = '';
  private failure: EngineError | undefined;
  private closed = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: SttOptions,
    /** Until `Finalize` is answered, ms. */
    private readonly finalizeMs: number,
  ) {
    socket.on('open', () => this.onOpen());
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.onMessage(String(data));
    });
    socket.on('unexpected-response', (_, response) => this.fail(refusal(response)));
    socket.on('error', (cause) => this.fail(failed(`the connection failed: ${cause.message}`, cause)));
    socket.on('close', (code, reason) => this.fail(failed(closing(code, String(reason)))));
    this.keepAlive = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) socket.send(KEEP_ALIVE);
    }, KEEP_ALIVE_MS);
  }

  write(samples: Int16Array) {
    if (this.closed || this.failure || samples.length === 0) return;
    this.samples += samples.length;
    // A copy: the caller of `write` may use its samples again before they have gone out.
    this.send(Buffer.copyBytesFrom(samples));
  }

  finalize(): Promise<Transcript> {
    if (this.closed) return Promise.reject(failed('the stream was closed', undefined, false));
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.finalizing.push({ resolve, reject });
      if (this.samples === this.finalized && this.finalizing.length === 1) return this.settle();
      this.finalized = this.samples;
      this.send(FINALIZE);
      clearTimeout(this.finalizeTimer);
      this.finalizeTimer = setTimeout(() => this.onUnanswered(), this.finalizeMs);
    });
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.letGo(failed('the stream was closed', undefined, false));
    if (this.socket.readyState !== WebSocket.OPEN) return this.socket.terminate();
    this.socket.send(CLOSE_STREAM);
    this.socket.close();
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  private onOpen() {
    for (const message of this.waiting) this.socket.send(message);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private send(message: Buffer | string) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
    else this.waiting.push(message);
    if (this.socket.readyState !== WebSocket.OPEN) this.waitingBytes += message.length;
    if (this.waitingBytes + this.socket.bufferedAmount > MOST_WAITING) {
      this.fail(failed('the connection takes no more audio'));
    }
  }

  private onMessage(json: string) {
    if (this.closed || this.failure) return;
    try {
      const message = readDeepgramMessage(json);
      if (message?.type === 'Error') {
        const { description, code } = message;
        return this.fail(failed(`the server says ${description ?? code ?? 'that it failed'}`));
      }
      if (!message) return;
      this.transcript.take(message);
      this.tell();
      if (message.from_finalize) this.settle();
    } catch (cause) {
      this.fail(failed('the server sent something that is no message of its protocol', cause));
    }
  }

  private tell() {
    const { text } = this.transcript;
    if (text === '' || text === this.lastPartial) return;
    this.lastPartial = text;
    this.options.onPartial(text);
  }

  /** All that was written before `Finalize` has its words. */
  private settle() {
    clearTimeout(this.finalizeTimer);
    for (const { resolve } of this.finalizing.splice(0)) resolve(this.transcript.result);
  }

  private onUnanswered() {
    if (this.samples / RATE - this.transcript.heardUntil <= LITTLE) return this.settle();
    const late = failed(`no transcript came within ${this.finalizeMs} ms`);
    for (const { reject } of this.finalizing.splice(0)) reject(late);
  }

  private fail(error: EngineError) {
    if (this.closed || this.failure) return;
    this.failure = error;
    this.letGo(error);
    this.socket.terminate();
  }

  private letGo(error: EngineError) {
    clearInterval(this.keepAlive);
    clearTimeout(this.finalizeTimer);
    this.waiting = [];
    for (const { reject } of this.finalizing.splice(0)) reject(error);
  }
}

const failed = (message: string, cause?: unknown, retryable = true) =>
  new EngineError(NAME, message, { retryable, cause });

/** A handshake that was answered with a status. */
function refusal({ statusCode = 0 }: IncomingMessage): EngineError {
  if (statusCode === 401 || statusCode === 403) {
    return failed(`the key was refused (${statusCode}): check DEEPGRAM_API_KEY`, undefined, false);
  }
  if (statusCode === 400 || statusCode === 404) {
    const message = `the request was refused (${statusCode}): check DEEPGRAM_MODEL and DEEPGRAM_BASE_URL`;
    return failed(message, undefined, false);
  }
  return failed(`the server answered ${statusCode}`);
}

const closing = (code: number, reason: string) =>
  `the server closed the stream (${[code, reason].filter(Boolean).join(', ')})`;
