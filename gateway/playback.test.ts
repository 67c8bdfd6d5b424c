import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MediaFormat } from '../audio/format.ts';
import type { OutHeader } from '../stream/audio-chunk.ts';
import { now } from '../stream/call-stream.ts';
import type { CallEvent } from '../stream/events.ts';
import { mulaw } from '../test/gateway/lab.ts';
import type { Verdict } from './barge-in.ts';
import { gatewayLimits } from './limits.ts';
import { Playback } from './playback.ts';
import type { Transport } from './transport.ts';

/** Loud enough to be speech in μ-law. */
const LOUD = 0x10;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Playback to a client that is in the test's hands. */
class Line {
  readonly sent: { at: number; audio: Buffer }[] = [];
  readonly marks: string[] = [];
  readonly events: CallEvent[] = [];
  cleared = 0;
  droppedChunks = 0;
  verdict: Verdict = 'play';
  speechEndedAt: number | undefined;
  readonly playback: Playback;

  constructor(format: MediaFormat = mulaw, bounds = gatewayLimits) {
    const transport: Transport = {
      format,
      confirm: () => undefined,
      refuse: () => undefined,
      sendAudio: (audio) => void this.sent.push({ at: now(), audio: Buffer.from(audio) }),
      sendMark: (name) => void this.marks.push(name),
      clear: () => void this.cleared++,
      end: () => undefined,
    };
    this.playback = new Playback({
      transport,
      bounds,
      emit: (event) => {
        this.events.push(event);
        // As the gateway's own events come back to it from the stream.
        this.playback.onEvent(event);
      },
      verdict: () => this.verdict,
      speechAnswered: () => this.speechEndedAt,
      onDropped: () => void this.droppedChunks++,
    });
  }

  /** A chunk of `ms`; a whole utterance of one sentence unless the header says otherwise. */
  chunk(ms: number, header: Partial<OutHeader> = {}, fill = LOUD) {
    this.playback.onChunk({
      header: {
        utterance: 'greeting',
        attempt: 1,
        sentence: 0,
        lastOfSentence: true,
        lastOfUtterance: true,
        format: mulaw,
        ...header,
      },
      audio: Buffer.alloc(ms * 8, fill),
    });
  }

  final(turn: number, revision: number) {
    this.playback.onEvent({
      type: 'turn.final',
      at: now(),
      turn,
      attempt: 1,
      revision,
      text: '',
    } as CallEvent);
  }

  sentMs() {
    return this.sent.reduce((sum, { audio }) => sum + audio.length, 0) / 8;
  }

  /** `started NAME` and `ended NAME`, with what was heard of it. */
  story() {
    return this.events.map((event) =>
      event.type === 'playback.ended'
        ? `${event.interrupted ? 'cut' : 'ended'} ${event.utterance} ${event.playedMs}: ${event.heard}`
        : event.type === 'playback.started' && `started ${event.utterance}`,
    );
  }
}

const part = { lastOfSentence: false, lastOfUtterance: false };

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

  test('is not given when the caller already speaks again', () => {
    const line = new Line();
    line.verdict = 'cut';
    line.final(1, 1);
    line.chunk(300, { ...reply(1), text: 'Yes.' });
    expect(line.sent).toEqual([]);
    expect(line.story()).toEqual(['cut reply-1 0: ']);
  });

  test('other words wait until the caller has spoken', () => {
    const line = new Line();
    line.verdict = 'wait';
    line.chunk(300);
    expect(line.sent).toEqual([]);
    line.verdict = 'play';
    line.playback.advance();
    expect(line.sentMs()).toBe(300);
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

  test('silence counts as no words', () => {
    const line = new Line();
    line.chunk(500, { ...part, text }, 0xff);
    line.chunk(500);
    vi.advanceTimersByTime(750);
    line.playback.interrupt();
    expect(line.story().at(-1)).toBe('cut greeting 750: one two three four five');
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

  test('what a gateway that died had begun is not repeated, and counts as heard as far as time allowed', () => {
    const line = new Line();
    const [started] = past({ type: 'playback.started', at: now() - 500, utterance: 'greeting' });
    line.playback.onEvent(started!);
    line.chunk(1_000, { text: 'one two three four five six seven eight nine ten' });
    vi.advanceTimersByTime(990);
    expect(line.story()).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(line.sent).toEqual([]);
    expect(line.story()).toEqual(['cut greeting 500: one two three four five']);
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

  test('when the caller is gone, what was being played ends where it was', () => {
    const line = new Line();
    line.chunk(1_000, { text: 'one two three four five six seven eight nine ten' });
    vi.advanceTimersByTime(300);
    line.playback.close();
    expect(line.story().at(-1)).toBe('cut greeting 300: one two three');
    line.chunk(1_000, { utterance: 'say-1' });
    vi.advanceTimersByTime(2_000);
    expect(line.sentMs()).toBeLessThanOrEqual(800);
  });
});
