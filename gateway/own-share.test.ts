import { describe, expect, test } from 'vitest';
import type { OutHeader } from '../stream/audio-chunk.ts';
import { OwnShare } from './own-share.ts';

const stamp = { at: 0, turn: 1, attempt: 101, revision: 10_101 };
const final = (engineMs: number | undefined, silenceMs: number | undefined) => ({
  type: 'turn.final' as const,
  ...stamp,
  text: 'hello',
  speechStartedAt: 0,
  speechEndedAt: 1_000,
  audioCursor: '0',
  engine: 'any',
  engineMs,
  silenceMs,
});
const sentence = (engineMs: number, revision = stamp.revision) => ({
  type: 'reply.sentence' as const,
  ...stamp,
  revision,
  index: 0,
  text: 'hello',
  engineMs,
});
const chunk = (engineMs: number | undefined) => {
  const { turn, revision, attempt } = stamp;
  const header = { utterance: 'reply-1', turn, revision, attempt, sentence: 0, engineMs } as OutHeader;
  return { header, audio: Buffer.alloc(0) };
};

describe('the own share of what a caller waits', () => {
  /** Speech ends at 1,000 and is noticed at 1,200. */
  function heard(): OwnShare {
    const share = new OwnShare();
    share.onSpeechStopped(1_000, 1_200);
    return share;
  }

  test('is what is left of it without the engines', () => {
    const share = heard();
    share.onEvent(final(100, 0));
    share.onEvent(sentence(200));
    share.onChunk(chunk(50));
    share.onChunk(chunk(undefined));
    expect(share.of('reply-1', 1_557)).toBe(7);
  });

  test('is what comes after the silence that the policy asked for, where the reply was ready before', () => {
    const share = heard();
    share.onEvent(sentence(200));
    share.onChunk(chunk(50));
    share.onEvent(final(100, 1_500));
    expect(share.of('reply-1', 2_503)).toBe(3);
  });

  test('takes the times of the hearing that was answered, not of one that was taken back', () => {
    const share = heard();
    share.onEvent(sentence(900, 10_100));
    share.onEvent(final(100, 0));
    share.onEvent(sentence(200));
    share.onChunk(chunk(50));
    expect(share.of('reply-1', 1_560)).toBe(10);
  });

  test('is told once, and for its own turn only', () => {
    const share = heard();
    share.onEvent(final(100, 0));
    share.onEvent(sentence(200));
    share.onChunk(chunk(50));
    expect(share.of('greeting', 1_560)).toBeUndefined();
    expect(share.of('reply-2', 1_560)).toBeUndefined();
    expect(share.of('reply-1', 1_560)).toBe(10);
    expect(share.of('reply-1', 1_560)).toBeUndefined();
  });

  test('is not known of words that were typed, nor where something else was being played', () => {
    const typed = heard();
    typed.onEvent(final(undefined, undefined));
    typed.onEvent(sentence(200));
    typed.onChunk(chunk(50));
    expect(typed.of('reply-1', 1_560)).toBeUndefined();
    const busy = heard();
    busy.onEvent(final(100, 0));
    busy.onEvent(sentence(200));
    busy.onChunk(chunk(50));
    const ended = { utterance: 'say-1', interrupted: false, playedMs: 500, heard: 'One moment.' };
    busy.onEvent({ type: 'playback.ended', at: 1_300, ...ended });
    expect(busy.of('reply-1', 1_560)).toBeUndefined();
  });
});
