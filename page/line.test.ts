import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallEvent, Placed } from '../stream/events.ts';
import { FRAME_SAMPLES } from './line-format.ts';
import { Line, type LineState } from './line.ts';

/** A WebSocket whose other end is in the test's hands. */
class ScriptedSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: { socket: ScriptedSocket; at: number }[] = [];
  readyState = 0;
  bufferedAmount = 0;
  readonly sent: unknown[] = [];

  constructor() {
    super();
    ScriptedSocket.all.push({ socket: this, at: performance.now() });
  }

  static get last() {
    return this.all.at(-1)!.socket;
  }

  send(data: unknown) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }

  /** The gateway takes the call. */
  take() {
    this.readyState = ScriptedSocket.OPEN;
    this.dispatchEvent(new Event('open'));
    this.say({ type: 'started' });
  }

  say(message: object) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }));
  }

  end(code: number, reason = '') {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }
}

let states: LineState[];
let events: Placed<CallEvent>[];
let line: Line;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('WebSocket', ScriptedSocket);
  vi.stubGlobal('addEventListener', () => undefined);
  ScriptedSocket.all = [];
  states = [];
  events = [];
  const call = { session: 'line-1', domain: 'banking' };
  line = new Line('ws://gateway/pcm', call, {
    onState: (state) => states.push(state),
    onAudio: () => undefined,
    onMark: () => undefined,
    onClear: () => undefined,
    onEvent: (event) => events.push(event),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const kinds = () => states.map(({ kind }) => kind);

describe('a line that breaks', () => {
  test('is tried again after ever longer pauses, 5 s at most, and given up within a minute', () => {
    ScriptedSocket.last.take();
    const droppedAt = performance.now();
    ScriptedSocket.last.end(1006);
    for (let at = 0; at < 70_000; at += 10) {
      const { length } = ScriptedSocket.all;
      vi.advanceTimersByTime(10);
      if (ScriptedSocket.all.length > length) ScriptedSocket.last.end(1006);
    }
    const tries = ScriptedSocket.all.slice(1).map(({ at }) => at - droppedAt);
    expect(tries.slice(0, 7)).toEqual([250, 750, 1_750, 3_750, 7_750, 12_750, 17_750]);
    expect(tries.at(-1)).toBeLessThan(60_000);
    expect(kinds()).toEqual(['connecting', 'connected', 'reconnecting', 'failed']);
  });

  test('comes back to the same call, and tells each event once', () => {
    const event = (id: string) => ({ type: 'event', event: { type: 'caller.digit', at: 0, digit: '1', id } });
    const { last } = ScriptedSocket;
    last.take();
    last.say(event('9-0'));
    last.say(event('10-0'));
    last.end(1012, 'the gateway restarts');
    vi.advanceTimersByTime(250);
    ScriptedSocket.last.take();
    for (const id of ['9-0', '10-0', '10-1']) ScriptedSocket.last.say(event(id));
    expect(events.map(({ id }) => id)).toEqual(['9-0', '10-0', '10-1']);
    expect(ScriptedSocket.last.sent[0]).toBe(last.sent[0]);
    expect(kinds()).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  test('without saying so is left once it takes no more audio', () => {
    ScriptedSocket.last.take();
    ScriptedSocket.last.bufferedAmount = 100_000;
    line.send(new Int16Array(FRAME_SAMPLES));
    expect(kinds().at(-1)).toBe('reconnecting');
  });

  test('an attempt that hangs is one that failed', () => {
    ScriptedSocket.last.take();
    ScriptedSocket.last.end(1006);
    vi.advanceTimersByTime(250 + 5_000 + 500);
    expect(ScriptedSocket.all).toHaveLength(3);
  });
});

describe('a call', () => {
  test('that is refused says why', () => {
    ScriptedSocket.last.end(1008, 'no domain is called baking');
    expect(states.at(-1)).toEqual({
      kind: 'failed',
      reason: 'The call was refused: no domain is called baking.',
    });
  });

  test('that no line is free for says so', () => {
    ScriptedSocket.last.end(1013, 'all lines are busy; call again in a minute');
    expect(states.at(-1)).toEqual({
      kind: 'failed',
      reason: 'The call could not be started: all lines are busy; call again in a minute.',
    });
  });

  test('that can not be started is not tried on and on', () => {
    ScriptedSocket.last.end(1013);
    vi.advanceTimersByTime(60_000);
    expect(kinds()).toEqual(['connecting', 'failed']);
    expect(ScriptedSocket.all).toHaveLength(1);
  });

  test('that ended while the caller was away is over', () => {
    ScriptedSocket.last.take();
    ScriptedSocket.last.end(1006);
    vi.advanceTimersByTime(250);
    ScriptedSocket.last.end(1008, 'the call line-1 is over');
    expect(states.at(-1)).toEqual({ kind: 'over', reason: 'it ended while you were away' });
  });

  test('that another window took over is not fought for', () => {
    ScriptedSocket.last.take();
    ScriptedSocket.last.end(4001);
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)!.kind).toBe('over');
    expect(ScriptedSocket.all).toHaveLength(1);
  });

  test('is over soon after a hang-up, whether the gateway closes or not', () => {
    ScriptedSocket.last.take();
    line.hangUp();
    expect(ScriptedSocket.last.sent.at(-1)).toBe('{"type":"stop"}');
    expect(kinds().at(-1)).toBe('connected');
    vi.advanceTimersByTime(2_000);
    expect(states.at(-1)).toEqual({ kind: 'over', reason: 'hangup' });
  });
});
