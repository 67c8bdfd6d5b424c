import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { now } from '../stream/call-stream.ts';
import type { CallEvent, EventOf } from '../stream/events.ts';
import { Line, part } from '../test/gateway/line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const text = 'one two three four five six seven eight nine ten';
const SILENT = 0xff;

const paused = (line: Line) =>
  line.events.filter((event): event is EventOf<'playback.paused'> => event.type === 'playback.paused');
const resumedFrom = (line: Line) =>
  line.events.flatMap((event) => (event.type === 'playback.resumed' ? [event.fromMs] : []));

describe('a bot that is paused', () => {
  test('is silent at once, and sends no more', () => {
    const line = new Line();
    line.chunk(2_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    expect(line.cleared).toBe(1);
    const { length } = line.sent;
    vi.advanceTimersByTime(5_000);
    line.chunk(500, { utterance: 'say-1', text: 'Later.' });
    line.playback.advance();
    expect(line.sent).toHaveLength(length);
    expect(paused(line)).toMatchObject([{ playedMs: 500, asking: false }]);
  });

  test('tells its last words, with those that it was saying', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    expect(paused(line)[0]!.words).toBe('one two three four five six seven');
  });

  test('goes on after the last pause between words, and has then been heard to the end', () => {
    const line = new Line();
    line.chunk(400, { ...part, text });
    line.chunk(100, part, SILENT);
    line.chunk(500);
    vi.advanceTimersByTime(700);
    line.playback.pause();
    vi.advanceTimersByTime(1_000);
    const before = line.sentMs();
    line.playback.resume(true);
    expect(resumedFrom(line)).toEqual([500]);
    vi.advanceTimersByTime(490);
    expect(line.sentMs() - before).toBe(500);
    expect(line.events.at(-1)!.type).toBe('playback.resumed');
    vi.advanceTimersByTime(20);
    expect(line.story().at(-1)).toBe(`ended greeting 1000: ${text}`);
  });

  test('says a sentence that had just begun from its start, and none before it', () => {
    const line = new Line();
    line.chunk(500, { ...part, lastOfSentence: true, text: 'One.' }, 0x11);
    line.chunk(500, { sentence: 1, text: 'Two three.' }, 0x22);
    vi.advanceTimersByTime(600);
    line.playback.pause();
    const { length } = line.sent;
    line.playback.resume(true);
    vi.advanceTimersByTime(1_000);
    expect(resumedFrom(line)).toEqual([500]);
    const after = line.sent.slice(length);
    expect(after.every(({ audio }) => audio[0] === 0x22)).toBe(true);
    expect(after.reduce((sum, { audio }) => sum + audio.length, 0)).toBe(4_000);
  });

  test('and stopped then has been heard as far as it was, however often it was paused', () => {
    const line = new Line();
    line.chunk(3_000, { text });
    for (const ms of [1_500, 100, 100]) {
      vi.advanceTimersByTime(ms);
      line.playback.pause();
      vi.advanceTimersByTime(300);
      line.playback.resume(true);
    }
    line.playback.interrupt();
    expect(line.story().at(-1)).toMatch(/^cut greeting 1500: /);
    expect(paused(line).map(({ playedMs }) => playedMs)).toEqual([1_500, 1_500, 1_500]);
  });

  test('is cleared once only when it is stopped while paused', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    line.playback.interrupt();
    expect(line.cleared).toBe(1);
    expect(line.story().at(-1)).toBe('cut greeting 500: one two three four five');
  });

  test('forgets marks of what was cleared', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(200);
    line.playback.onMark(line.marks[0]!);
    line.playback.pause();
    const stale = [...line.marks];
    line.playback.resume(true);
    vi.advanceTimersByTime(100);
    for (const mark of stale) line.playback.onMark(mark);
    line.playback.interrupt();
    expect(line.story().at(-1)).toMatch(/^cut greeting 200: /);
  });

  test('is asking when its question is nearly over, or just was', () => {
    const line = new Line();
    const asking = (text: string, ms: number) => {
      line.chunk(2_000, { utterance: text, text });
      vi.advanceTimersByTime(ms);
      line.playback.pause();
      line.playback.interrupt();
      return paused(line).at(-1)!.asking;
    };
    expect(asking('Shall I set that up for you?', 500)).toBe(false);
    expect(asking('Is it all right if I set that up?', 1_500)).toBe(true);
    expect(asking('I have set that up for you.', 1_500)).toBe(false);
  });
});

describe('words of the caller', () => {
  test('stop what was paused for them, whatever it was', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    line.playback.supersede(1);
    expect(line.story().at(-1)).toMatch('cut greeting 500');
  });

  test('stop it too when they are known late, and it has gone on', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    line.playback.resume(false);
    line.playback.supersede(1);
    expect(line.story().at(-1)).toMatch('cut greeting 500');
  });

  test('do not stop what was paused for a cough before', () => {
    const line = new Line();
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(500);
    line.playback.pause();
    line.playback.resume(true);
    line.playback.supersede(1);
    vi.advanceTimersByTime(2_000);
    expect(line.story().at(-1)).toBe(`ended greeting 1000: ${text}`);
  });
});

describe('after a reconnect', () => {
  const past = (...events: Record<string, unknown>[]) => events as unknown as CallEvent[];
  const started = () => ({ type: 'playback.started', at: now() - 2_000, utterance: 'greeting' });
  const pausedThen = () => ({
    type: 'playback.paused',
    at: now() - 1_500,
    utterance: 'greeting',
    playedMs: 500,
  });

  test.each([
    ['paused when its gateway died goes on from there', [], 260],
    [
      'going on then goes on from where there was time for since',
      [{ type: 'playback.resumed', utterance: 'greeting', fromMs: 400, ago: 300 }],
      460,
    ],
  ])('what was %s', (_, later, fromMs) => {
    const line = new Line();
    const events = past(
      started(),
      pausedThen(),
      ...later.map(({ ago, ...event }) => ({ ...event, at: now() - ago })),
    );
    for (const event of events) line.playback.onEvent(event);
    line.chunk(1_000, { text });
    vi.advanceTimersByTime(1_100);
    expect(line.events).toMatchObject([{ type: 'playback.resumed', fromMs }]);
  });
});
