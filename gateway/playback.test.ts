import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { now } from '../stream/call-stream.ts';
import { mulaw } from '../test/gateway/lab.ts';
import { Line, part } from '../test/gateway/line.ts';
import { gatewayLimits } from './limits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the playback clock', () => {
  test('the first frame goes out in the same tick', () => {
    const line = new Line();
    line.chunk(1_000, { text: 'Hello.' });
    expect(line.sent[0]!.audio.length).toBe(1_600);
    expect(line.story()).toEqual(['started greeting']);
  });

  test('audio is never sent more than 400 ms ahead', () => {
    const line = new Line();
    line.chunk(3_000);
    const start = now();
    for (let ms = 0; ms < 3_100; ms += 10) {
      expect(line.sentMs()).toBeLessThanOrEqual(now() - start + 400);
      expect(line.sentMs()).toBeGreaterThanOrEqual(Math.min(3_000, now() - start));
      vi.advanceTimersByTime(10);
    }
    expect(line.sentMs()).toBe(3_000);
  });

  test('an utterance ends when it has been played, not when it has been sent', () => {
    const line = new Line();
    line.chunk(1_000, { text: 'Hello.' });
    vi.advanceTimersByTime(990);
    expect(line.sentMs()).toBe(1_000);
    expect(line.story()).toEqual(['started greeting']);
    vi.advanceTimersByTime(20);
    expect(line.story()).toEqual(['started greeting', 'ended greeting 1000: Hello.']);
  });

  test('a late voice is a pause, and playback goes on the moment it comes', () => {
    const line = new Line();
    line.chunk(100, { ...part, text: 'Hello there.' });
    vi.advanceTimersByTime(3_000);
    line.chunk(100);
    expect(line.sentMs()).toBe(200);
    vi.advanceTimersByTime(90);
    expect(line.story()).toEqual(['started greeting']);
    vi.advanceTimersByTime(20);
    expect(line.story().at(-1)).toBe('ended greeting 200: Hello there.');
  });

  test('utterances follow each other', () => {
    const line = new Line();
    line.chunk(300, { text: 'One.' });
    line.chunk(300, { utterance: 'say-1', text: 'Two.' });
    vi.advanceTimersByTime(250);
    expect(line.story()).toEqual(['started greeting']);
    vi.advanceTimersByTime(400);
    expect(line.story()).toEqual([
      'started greeting',
      'ended greeting 300: One.',
      'started say-1',
      'ended say-1 300: Two.',
    ]);
  });

  test('one whose voice has died does not hold up the next for ever', () => {
    const line = new Line();
    line.chunk(300, { ...part, text: 'One.' });
    line.chunk(300, { utterance: 'say-1', text: 'Two.' });
    vi.advanceTimersByTime(5_000);
    expect(line.story()).toEqual(['started greeting']);
    vi.advanceTimersByTime(400);
    expect(line.story()[1]).toMatch('cut greeting 300');
    expect(line.story()[2]).toBe('started say-1');
  });

  test('an utterance without a sound ends at once', () => {
    const line = new Line();
    line.chunk(0);
    expect(line.story()).toEqual(['ended greeting 0: ']);
  });

  test('audio in another format is converted for the socket', () => {
    const line = new Line({ encoding: 'pcm16', sampleRate: 16_000 });
    line.chunk(200);
    const bytes = line.sent.reduce((sum, { audio }) => sum + audio.length, 0);
    expect(bytes).toBe(200 * 32);
  });

  test('more audio than a call may keep is dropped', () => {
    const line = new Line(mulaw, { ...gatewayLimits, keptAudioMs: 2_000 });
    for (let i = 0; i < 10; i++) line.chunk(1_000, { ...part, utterance: 'reply-1', turn: 1, revision: 1 });
    expect(line.droppedChunks).toBeGreaterThan(0);
    line.final(1, 1);
    vi.advanceTimersByTime(20_000);
    expect(line.sentMs()).toBeLessThanOrEqual(3_000);
  });
});

describe('a reply', () => {
  const reply = (revision: number, turn = 1) => ({ utterance: `reply-${turn}`, turn, revision });

  test('waits for the final hearing of its turn, then starts in the same tick', () => {
    const line = new Line();
    line.chunk(500, { ...reply(1), text: 'Yes.' });
    vi.advanceTimersByTime(1_000);
    expect(line.sent).toEqual([]);
    line.final(1, 1);
    expect(line.sentMs()).toBe(400);
  });

  test('that comes after the final hearing starts at once', () => {
    const line = new Line();
    line.final(1, 1);
    line.chunk(500, reply(1));
    expect(line.sentMs()).toBe(400);
  });

  test('to another hearing is never heard', () => {
    const line = new Line();
    line.chunk(300, reply(1), 0x11);
    line.chunk(300, reply(2), 0x22);
    line.final(1, 2);
    line.chunk(300, { ...reply(1), sentence: 1 }, 0x11);
    vi.advanceTimersByTime(1_000);
    expect(line.sentMs()).toBe(300);
    expect(line.sent.every(({ audio }) => audio.every((byte) => byte === 0x22))).toBe(true);
  });

  test('that comes late, to another hearing than the final one, is not heard either', () => {
    const line = new Line();
    line.final(1, 2);
    line.chunk(300, reply(1));
    expect(line.sent).toEqual([]);
    line.chunk(300, reply(2));
    expect(line.story()).toEqual(['started reply-1']);
  });

  test('is forgotten when the caller goes on, the one to the next hearing is not', () => {
    const line = new Line(mulaw, { ...gatewayLimits, keptUtterances: 1 });
    const at = now();
    line.playback.onEvent({ type: 'turn.eager', at, turn: 1, attempt: 1, revision: 1, text: '' });
    line.chunk(300, reply(1));
    line.playback.onEvent({ type: 'turn.resumed', at, turn: 1, attempt: 1 });
    line.chunk(300, reply(2));
    expect(line.droppedChunks).toBe(0);
    // The same news twice, as after a lost connection to Redis.
    line.playback.onEvent({ type: 'turn.resumed', at, turn: 1, attempt: 1 });
    line.final(1, 2);
    expect(line.story()).toEqual(['started reply-1']);
  });

  test('tells how long the caller waited for it', () => {
    const line = new Line();
    line.speechEndedAt = now() - 321;
    line.final(1, 1);
    line.chunk(300, reply(1));
    expect(line.events[0]).toMatchObject({ type: 'playback.started', voiceToVoiceMs: 321 });
  });

  test('anything else does not', () => {
    const line = new Line();
    line.speechEndedAt = now();
    line.chunk(300);
    expect(line.events[0]).toMatchObject({ voiceToVoiceMs: undefined });
  });

  test('to older words than were answered last is not given any more', () => {
    const line = new Line();
    line.final(1, 1);
    line.final(2, 1);
    line.chunk(100, { ...reply(1, 2), text: 'Two.' });
    vi.advanceTimersByTime(200);
    line.chunk(100, { ...reply(1, 1), text: 'One.' });
    expect(line.story()).toEqual(['started reply-2', 'ended reply-2 100: Two.', 'cut reply-1 0: ']);
  });

  test('waits while the bot may not speak', () => {
    const line = new Line();
    line.mayStart = false;
    line.final(1, 1);
    line.chunk(300, reply(1));
    expect(line.sent).toEqual([]);
    line.mayStart = true;
    line.playback.advance();
    expect(line.sentMs()).toBe(300);
  });

  test('is void when the caller has said something since, whether it has begun or not', () => {
    const line = new Line();
    line.final(1, 1);
    line.chunk(1_000, { ...reply(1), text: 'Yes.' });
    line.final(2, 1);
    line.chunk(1_000, { ...reply(1, 2), text: 'No.' });
    line.chunk(300, { utterance: 'say-1', text: 'By the way.' });
    line.playback.supersede(1);
    expect(line.story()).toEqual(['started reply-1']);
    line.mayStart = false;
    line.playback.interrupt();
    line.final(3, 1);
    line.chunk(1_000, { ...reply(1, 3), text: 'Maybe.' });
    line.chunk(300, { utterance: 'say-2', text: 'By the way.' });
    line.playback.supersede(4);
    line.mayStart = true;
    line.playback.advance();
    expect(line.story().slice(-2)).toEqual(['cut reply-3 0: ', 'started say-2']);
  });
});

describe('a second attempt at an utterance', () => {
  test('goes on from the sample that was reached, and repeats no sentence', () => {
    const line = new Line();
    line.chunk(300, { ...part, lastOfSentence: true, text: 'One.' }, 0x11);
    line.chunk(100, { ...part, sentence: 1, text: 'Two three.' }, 0x22);
    // The worker died here; its successor says everything again.
    vi.advanceTimersByTime(2_000);
    const again = { ...part, attempt: 2 };
    line.chunk(300, { ...again, lastOfSentence: true, text: 'One.' }, 0x11);
    line.chunk(60, { ...again, sentence: 1, text: 'Two three.' }, 0x22);
    line.chunk(200, { ...again, sentence: 1, lastOfSentence: true, lastOfUtterance: true }, 0x33);
    vi.advanceTimersByTime(2_000);
    const heard = Buffer.concat(line.sent.map(({ audio }) => audio));
    const ms = (code: number) => heard.filter((byte) => byte === code).length / 8;
    expect([ms(0x11), ms(0x22), ms(0x33)]).toEqual([300, 100, 160]);
    expect(line.story().at(-1)).toBe('ended greeting 560: One. Two three.');
  });

  test('that begins with the sentence after a broken one ends the broken one', () => {
    const line = new Line();
    line.chunk(100, { ...part, text: 'One.' });
    line.chunk(100, { ...part, attempt: 2, sentence: 1, text: 'Two.' });
    expect(line.sentMs()).toBe(200);
  });

  test('may find other words where nothing was heard yet', () => {
    const line = new Line();
    const reply = { utterance: 'reply-1', turn: 1, revision: 1 };
    line.chunk(100, { ...part, ...reply, text: 'One.' }, 0x11);
    line.chunk(200, { ...reply, attempt: 2, text: 'Two.' }, 0x22);
    line.final(1, 1);
    vi.advanceTimersByTime(1_000);
    expect(line.story().at(-1)).toBe('ended reply-1 200: Two.');
    expect(line.sent.every(({ audio }) => audio[0] === 0x22)).toBe(true);
  });

  test('at what was said to its end is not heard', () => {
    const line = new Line();
    line.chunk(100);
    vi.advanceTimersByTime(200);
    line.chunk(100, { attempt: 2 });
    vi.advanceTimersByTime(200);
    expect(line.sentMs()).toBe(100);
    expect(line.events).toHaveLength(2);
  });
});
