import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { now } from '../stream/call-stream.ts';
import type { CallEvent } from '../stream/events.ts';
import { Line, part } from '../test/gateway/line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an interruption', () => {
  const text = 'one two three four five six seven eight nine ten';

  test('clears what the client has not played, and knows by the clock what it has', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.interrupt();
    expect(line.cleared).toBe(1);
    expect(line.story().at(-1)).toBe('cut greeting 500: one two three four five');
    const { length } = line.sent;
    line.chunk(1_000, { sentence: 1, text: 'More.' });
    vi.advanceTimersByTime(2_000);
    expect(line.sent).toHaveLength(length);
  });

  test('a client that echoes marks is believed before the clock', () => {
    const line = new Line();
    line.chunk(2_000, { text });
    vi.advanceTimersByTime(300);
    // The line is slow: of 300 ms by the clock, only the first frame of 200 has been played.
    line.playback.onMark(line.marks[0]!);
    vi.advanceTimersByTime(1_000);
    line.playback.interrupt();
    expect(line.story().at(-1)).toBe('cut greeting 400: one two');
  });

  test('a client whose marks have always come a little late is as far as the clock says', () => {
    const line = new Line();
    line.chunk(2_000, { text });
    for (const mark of [0, 1, 2]) {
      vi.advanceTimersByTime(mark === 0 ? 320 : 200);
      line.playback.onMark(line.marks[mark]!);
    }
    vi.advanceTimersByTime(180);
    line.playback.interrupt();
    expect(line.story().at(-1)).toMatch(/^cut greeting 900: /);
  });

  test('a client that buffers is behind the clock by as much', () => {
    const line = new Line();
    line.chunk(2_000, { text });
    vi.advanceTimersByTime(650);
    line.playback.onMark(line.marks[0]!);
    vi.advanceTimersByTime(150);
    line.playback.interrupt();
    // 450 ms late, of which 150 may be the way there and back.
    expect(line.story().at(-1)).toMatch(/^cut greeting 500: /);
  });

  test('a client that has stalled is behind the clock from then on', () => {
    const line = new Line();
    line.chunk(3_000, { text });
    vi.advanceTimersByTime(220);
    line.playback.onMark(line.marks[0]!);
    // Its line was dead for 600 ms; then the marks come back in time with what it plays.
    vi.advanceTimersByTime(600);
    for (const mark of [1, 2, 3]) {
      vi.advanceTimersByTime(200);
      line.playback.onMark(line.marks[mark]!);
    }
    vi.advanceTimersByTime(100);
    line.playback.interrupt();
    // Marks came back after 20 ms before that.
    expect(line.story().at(-1)).toMatch(/^cut greeting 920: /);
  });

  test('silence counts as no words', () => {
    const line = new Line();
    line.chunk(500, { ...part, text }, 0xff);
    line.chunk(500);
    vi.advanceTimersByTime(780);
    line.playback.interrupt();
    expect(line.story().at(-1)).toBe('cut greeting 780: one two three four five');
  });

  test('of a sentence whose audio is still coming does not claim all its words', () => {
    const line = new Line();
    line.chunk(400, { ...part, text });
    vi.advanceTimersByTime(400);
    line.playback.interrupt();
    expect(line.story().at(-1)).toBe('cut greeting 400: one');
  });

  test('what waited behind is dropped as well, what comes later is not', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    line.chunk(1_000, { utterance: 'say-1', text: 'Later.' });
    line.playback.interrupt();
    line.chunk(100, { utterance: 'say-2', text: 'New.' });
    vi.advanceTimersByTime(200);
    expect(line.story()).toEqual([
      'started greeting',
      'cut greeting 0: ',
      'cut say-1 0: ',
      'started say-2',
      'ended say-2 100: New.',
    ]);
  });

  test('when nothing is being played does nothing', () => {
    const line = new Line();
    line.playback.interrupt();
    expect(line.cleared).toBe(0);
    expect(line.events).toEqual([]);
  });
});

describe('marks', () => {
  test('an utterance has ended when the last mark is back', () => {
    const line = new Line();
    line.chunk(400, { text: 'Hello.' });
    line.playback.onMark(line.marks[0]!);
    vi.advanceTimersByTime(900);
    expect(line.story()).toEqual(['started greeting']);
    line.playback.onMark(line.marks[1]!);
    expect(line.story().at(-1)).toBe('ended greeting 400: Hello.');
  });

  test('a client that stops echoing is waited for no longer than 2 s', () => {
    const line = new Line();
    line.chunk(400, { text: 'Hello.' });
    line.playback.onMark(line.marks[0]!);
    vi.advanceTimersByTime(2_390);
    expect(line.story()).toEqual(['started greeting']);
    vi.advanceTimersByTime(20);
    expect(line.story().at(-1)).toBe('ended greeting 400: Hello.');
  });

  test('marks that come back because they were cleared say nothing', () => {
    const line = new Line();
    line.chunk(1_000, { text: 'One.' });
    line.playback.interrupt();
    line.chunk(1_000, { utterance: 'say-1', text: 'Two three.' });
    for (const mark of line.marks.slice(0, 2)) line.playback.onMark(mark);
    vi.advanceTimersByTime(1_010);
    expect(line.story().at(-1)).toBe('ended say-1 1000: Two three.');
  });
});

describe('after a reconnect', () => {
  const past = (...events: Record<string, unknown>[]) => events as unknown as CallEvent[];

  test('what was played before is not played again', () => {
    const line = new Line();
    const events = past(
      { type: 'playback.started', at: now() - 900, utterance: 'greeting' },
      { type: 'playback.ended', at: now() - 500, utterance: 'greeting', interrupted: false, playedMs: 400 },
    );
    for (const event of events) line.playback.onEvent(event);
    line.chunk(400, { text: 'Hello.' });
    line.chunk(100, { utterance: 'say-1', text: 'And now.' });
    expect(line.story()).toEqual(['started say-1']);
  });

  const text = 'one two three four five six seven eight nine ten';

  test.each([
    ['the time allows', 500, undefined],
    ['it noted', 5_000, 100],
  ])('what a gateway that died had begun goes on from shortly before where %s', (_, agoMs, playedMs) => {
    const line = new Line();
    if (playedMs !== undefined) line.playback.leftBy({ utterance: 'greeting', playedMs });
    const [started] = past({ type: 'playback.started', at: now() - agoMs, utterance: 'greeting' });
    line.playback.onEvent(started!);
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(990);
    expect(line.sent).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(line.events).toMatchObject([{ type: 'playback.resumed', utterance: 'greeting', fromMs: 260 }]);
    vi.advanceTimersByTime(1_000);
    expect(line.sentMs()).toBe(740);
    expect(line.story().at(-1)).toBe(`ended greeting 1000: ${text}`);
  });

  test('what a gateway that died had played to its end is not repeated', () => {
    const line = new Line();
    const [started] = past({ type: 'playback.started', at: now() - 2_000, utterance: 'greeting' });
    line.playback.onEvent(started!);
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(1_010);
    expect(line.sent).toEqual([]);
    expect(line.story()).toEqual([`cut greeting 1000: ${text}`]);
  });

  test('what a gateway that died had begun is left where the caller has said something since', () => {
    const line = new Line();
    line.final(1, 101);
    const [started] = past({ type: 'playback.started', at: now() - 500, utterance: 'reply-1' });
    line.playback.onEvent(started!);
    line.chunk(1_000, { utterance: 'reply-1', turn: 1, revision: 100, text: 'Of another hearing.' });
    line.chunk(1_000, { utterance: 'reply-1', turn: 1, revision: 101, text });
    line.playback.supersede(2);
    vi.advanceTimersByTime(1_010);
    expect(line.sent).toEqual([]);
    expect(line.story()).toEqual(['cut reply-1 500: one two three four five']);
  });

  /** What a gateway that lives says of an utterance as its caller's connection breaks after 500 ms. */
  const leftBehind = () =>
    past(
      { type: 'playback.started', at: now() - 2_000, utterance: 'greeting' },
      { type: 'playback.paused', at: now(), utterance: 'greeting', playedMs: 500, left: { heard: 'one' } },
    );

  test('what was left to this connection goes on as soon as all is here, and what waits comes after it', () => {
    const line = new Line();
    // An older note than that gateway's last word.
    line.playback.leftBy({ utterance: 'greeting', playedMs: 0 });
    for (const event of leftBehind()) line.playback.onEvent(event);
    line.chunk(1_000, { text });
    line.chunk(100, { utterance: 'say-1', text: 'And now.' });
    expect(line.events).toEqual([]);
    line.playback.onCaughtUp(false);
    expect(line.events).toMatchObject([{ type: 'playback.resumed', utterance: 'greeting', fromMs: 260 }]);
    vi.advanceTimersByTime(1_000);
    expect(line.story().slice(1)).toEqual([
      `ended greeting 1000: ${text}`,
      'started say-1',
      'ended say-1 100: And now.',
    ]);
    expect(line.sentMs()).toBe(840);
  });

  test('what a gateway had begun goes on as soon as all is here, where it is known to have died', () => {
    const line = new Line();
    line.playback.onEvent({ type: 'playback.started', at: now() - 500, utterance: 'greeting' });
    line.chunk(1_000, { text });
    expect(line.events).toEqual([]);
    line.playback.onCaughtUp(true);
    expect(line.events).toMatchObject([{ type: 'playback.resumed', utterance: 'greeting', fromMs: 260 }]);
  });

  test('what another connection leaves only now goes on at once', () => {
    const line = new Line();
    const [started, left] = leftBehind();
    line.playback.onEvent(started!);
    line.chunk(1_000, { text });
    line.playback.onCaughtUp(false);
    expect(line.events).toEqual([]);
    line.playback.onEvent(left!);
    expect(line.events).toMatchObject([{ type: 'playback.resumed', fromMs: 260 }]);
  });

  test.each([
    ['goes on once that was no turn', (line: Line) => line.playback.resume(true), text],
    [
      'ends where it was where that was one',
      (line: Line) => line.playback.interrupt(),
      'one two three four five',
    ],
  ])('what was left to a caller who makes a sound just then %s', (_, decide, heard) => {
    const line = new Line();
    line.mayStart = false;
    for (const event of leftBehind()) line.playback.onEvent(event);
    line.chunk(1_000, { text });
    line.playback.onCaughtUp(false);
    vi.advanceTimersByTime(2_000);
    expect(line.sent).toEqual([]);
    decide(line);
    vi.advanceTimersByTime(1_000);
    expect(line.events.at(-1)).toMatchObject({ type: 'playback.ended', heard });
  });

  test('what is being said as the connection breaks is left to the next one, and does not end', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(300);
    line.playback.close(true);
    const [started, left, ...more] = line.events;
    expect(started).toMatchObject({ type: 'playback.started' });
    expect(left).toMatchObject({ type: 'playback.paused', playedMs: 300, left: { heard: 'one two three' } });
    expect(more).toEqual([]);
  });

  test('how much has been heard is noted for a connection after this one', () => {
    const line = new Line();
    line.chunk(2_000, { text });
    vi.advanceTimersByTime(2_100);
    expect(line.noted.map(({ playedMs }) => playedMs)).toEqual([0, 400, 800, 1_200, 1_600]);
    expect(new Set(line.noted.map(({ utterance }) => utterance))).toEqual(new Set(['greeting']));
  });

  test('the word of the gateway that played it comes first', () => {
    const line = new Line();
    const [started, ended] = past(
      { type: 'playback.started', at: now() - 500, utterance: 'greeting' },
      {
        type: 'playback.ended',
        at: now(),
        utterance: 'greeting',
        interrupted: true,
        playedMs: 480,
        heard: '',
      },
    );
    line.playback.onEvent(started!);
    line.chunk(1_000, { text: 'Hello.' });
    line.playback.onEvent(ended!);
    vi.advanceTimersByTime(2_000);
    expect(line.story()).toEqual([]);
  });
});

describe('the end of a call', () => {
  test('what is being played is played out, what waits is not', () => {
    const line = new Line();
    const done = vi.fn();
    line.chunk(500, { text: 'Goodbye.' });
    line.chunk(500, { utterance: 'say-1' });
    line.playback.finish(done);
    vi.advanceTimersByTime(490);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(done).toHaveBeenCalledTimes(1);
    expect(line.story()).toEqual(['started greeting', 'ended greeting 500: Goodbye.']);
  });

  test('has come when the caller cuts the last words short', () => {
    const line = new Line();
    const done = vi.fn();
    line.chunk(500, { text: 'Goodbye.' });
    line.playback.finish(done);
    line.playback.interrupt();
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('when the caller is gone, what was being played ends where it was', () => {
    const line = new Line();
    line.chunk(1_000, { text: 'one two three four five six seven eight nine ten' });
    vi.advanceTimersByTime(300);
    line.playback.close(false);
    expect(line.story().at(-1)).toBe('cut greeting 300: one two three');
    line.chunk(1_000, { utterance: 'say-1' });
    vi.advanceTimersByTime(2_000);
    expect(line.sentMs()).toBeLessThanOrEqual(800);
  });
});
