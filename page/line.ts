import type { CallEvent, Placed } from '../stream/events.ts';
import { FRAME_SAMPLES, LINE_RATE } from './line-format.ts';

export type LineState =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'reconnecting' }
  /** The call has come to its end. */
  | { kind: 'over'; reason: string }
  /** There is no call, or no way back to it; the reason is a sentence. */
  | { kind: 'failed'; reason: string };

export interface LineListener {
  onState(state: LineState): void;
  onAudio(samples: Int16Array<ArrayBuffer>): void;
  onMark(name: string): void;
  /** What was sent and has not been heard is void. */
  onClear(): void;
  /** Each event of the call once, also across reconnects. */
  onEvent(event: Placed<CallEvent>): void;
}

type Message =
  | { type: 'started' | 'clear' }
  | { type: 'refused' | 'ended'; reason: string }
  | { type: 'mark'; name: string }
  /** To come back with. */
  | { type: 'token'; token: string }
  | { type: 'event'; event: Placed<CallEvent> };

/** WebSocket close codes of the gateway. */
const OVER = 1000;
const REFUSED = 1008;
const BUSY = 1013;
const REPLACED = 4001;

/** How long one attempt may take, ms. */
const ATTEMPT_MS = 5_000;
/** How long the gateway may take to close after a hang-up, ms. */
const CLOSE_MS = 2_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** How long a call waits for its caller to come back, ms. */
const PATIENCE_MS = 60_000;
/** Audio that waits in the socket, bytes: 2 s. A line that takes no more is dead, though nobody said so. */
const LARGEST_BACKLOG = 100 * FRAME_SAMPLES * 2;

/** The way to the gateway: a WebSocket, and another one to the same call when that breaks. */
export class Line {
  private socket: WebSocket | undefined;
  /** Ends the listening to the present socket. */
  private deaf = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private droppedAt: number | undefined;
  private attempts = 0;
  private established = false;
  /** The gateway has taken this call once: whatever breaks now, there is a call to come back to. */
  private taken = false;
  private done = false;
  private hungUp = false;
  private lastEvent = '0-0';
  private token: string | undefined;
  private readonly unplug = new AbortController();

  constructor(
    private readonly url: string,
    private readonly call: { session: string; domain: string; token?: string },
    private readonly listener: LineListener,
  ) {
    this.token = call.token;
    const { signal } = this.unplug;
    addEventListener('offline', () => this.dropped(), { signal });
    addEventListener('online', () => this.droppedAt !== undefined && this.attempt(), { signal });
    listener.onState({ kind: 'connecting' });
    this.attempt();
  }

  /** Sends 20 ms of audio; what can't be sent is lost, as on every telephone. */
  send(samples: Int16Array<ArrayBuffer>) {
    const { socket } = this;
    if (!this.established || socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > LARGEST_BACKLOG) this.dropped();
    else socket.send(samples);
  }

  /** All before this mark has been heard. */
  played(mark: string) {
    this.tell({ type: 'mark', name: mark });
  }

  /** Types instead of speaking. */
  type(text: string) {
    this.tell({ type: 'text', text });
  }

  hangUp() {
    this.hungUp = true;
    this.tell({ type: 'stop' });
    // The gateway closes, if there is one to do so.
    const leave = () => this.finish({ kind: 'over', reason: 'hangup' });
    if (this.established) this.timer = setTimeout(leave, CLOSE_MS);
    else leave();
  }

  private tell(message: object) {
    if (this.established && this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  private attempt() {
    this.abandon();
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.timer = setTimeout(() => this.dropped(), ATTEMPT_MS);
    this.deaf = new AbortController();
    const { signal } = this.deaf;
    const start = { type: 'start', sampleRate: LINE_RATE, events: true, ...this.call, token: this.token };
    socket.addEventListener('open', () => socket.send(JSON.stringify(start)), { signal });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.receive(data), { signal });
    socket.addEventListener('close', ({ code, reason }) => this.closed(code, reason), { signal });
  }

  private receive(data: unknown) {
    if (data instanceof ArrayBuffer) this.listener.onAudio(new Int16Array(data));
    else this.read(JSON.parse(data as string) as Message);
  }

  private read(message: Message) {
    switch (message.type) {
      case 'started':
        clearTimeout(this.timer);
        this.established = true;
        this.taken = true;
        this.droppedAt = undefined;
        this.attempts = 0;
        return this.listener.onState({ kind: 'connected' });
      case 'token':
        this.token = message.token;
        return;
      case 'mark':
        return this.listener.onMark(message.name);
      case 'clear':
        return this.listener.onClear();
      case 'event':
        // A new connection is told the call from its beginning.
        if (!isAfter(message.event.id, this.lastEvent)) return;
        this.lastEvent = message.event.id;
        return this.listener.onEvent(message.event);
    }
  }

  private closed(code: number, reason: string) {
    if (code === OVER) this.finish({ kind: 'over', reason });
    else if (code === REPLACED) this.finish({ kind: 'over', reason: 'it goes on in another window' });
    else if (code === REFUSED && this.taken)
      this.finish({ kind: 'over', reason: 'it ended while you were away' });
    else if (code === REFUSED) this.finish({ kind: 'failed', reason: `The call was refused: ${reason}.` });
    else if (code === BUSY && reason && !this.taken)
      this.finish({ kind: 'failed', reason: `The call could not be started: ${reason}.` });
    else this.dropped();
  }

  /** The line broke, or an attempt at a new one failed. */
  private dropped() {
    if (this.done) return;
    if (this.hungUp) return this.finish({ kind: 'over', reason: 'hangup' });
    if (!this.taken) {
      const reason = 'The call could not be started. Try again in a moment.';
      return this.finish({ kind: 'failed', reason });
    }
    this.abandon();
    const time = performance.now();
    if (this.droppedAt === undefined) {
      this.droppedAt = time;
      this.listener.onState({ kind: 'reconnecting' });
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.attempts++);
    if (time + pause > this.droppedAt + PATIENCE_MS) {
      const reason = 'The connection was lost, and did not come back within a minute.';
      this.finish({ kind: 'failed', reason });
    } else this.timer = setTimeout(() => this.attempt(), pause);
  }

  private finish(state: LineState) {
    if (this.done) return;
    this.done = true;
    this.unplug.abort();
    this.abandon();
    this.listener.onState(state);
  }

  /** Lets go of the socket, whatever becomes of it. */
  private abandon() {
    clearTimeout(this.timer);
    this.established = false;
    this.deaf.abort();
    this.socket?.close();
    this.socket = undefined;
  }
}

/** Whether a place in the stream (`ms-seq`) comes after another. */
function isAfter(id: string, other: string): boolean {
  const [ms, seq] = id.split('-').map(Number) as [number, number];
  const [otherMs, otherSeq] = other.split('-').map(Number) as [number, number];
  return ms > otherMs || (ms === otherMs && seq > otherSeq);
}
