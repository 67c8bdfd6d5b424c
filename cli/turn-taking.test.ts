import { beforeEach, describe, expect, test } from 'vitest';
import type { CallEvent } from '../stream/events.ts';
import { TurnTaking } from './turn-taking.ts';

const at = 0;
const started = (utterance: string): CallEvent => ({ type: 'playback.started', at, utterance });
const ended = (utterance: string): CallEvent => {
  return { type: 'playback.ended', at, utterance, interrupted: false, playedMs: 900, heard: 'Yes.' };
};
const speech: CallEvent = { type: 'speech.started', at, audioMs: 0 };
const final = (turn: number): CallEvent => {
  const heard = { attempt: 1, revision: 1, text: 'Hello.', engine: 'moonshine' };
  return { type: 'turn.final', at, turn, ...heard, speechStartedAt: 0, speechEndedAt: 0, audioCursor: '0' };
};

let turns: TurnTaking;
const add = (...events: CallEvent[]) => events.forEach((event) => turns.add(event));
beforeEach(() => {
  turns = new TurnTaking();
});

describe('the caller waits', () => {
  test('until the greeting has been heard', () => {
    add(started('greeting'));
    expect(turns.greeted).toBe(false);
    add(ended('greeting'));
    expect(turns.greeted).toBe(true);
  });

  test('until the reply to what they said has been heard', () => {
    add(speech, final(1), started('reply-1'));
    expect(turns.isDoneSince(0)).toBe(false);
    add(ended('reply-1'));
    expect(turns.isDoneSince(0)).toBe(true);
    expect(turns.isDoneSince(1)).toBe(false);
  });

  test('no longer after a cough than after silence', () => {
    add(speech, final(1), started('reply-1'), speech, ended('reply-1'));
    add({ type: 'turn.ignored', at, turn: 2, attempt: 1, text: '', reason: 'noise' });
    expect(turns.isDoneSince(0)).toBe(true);
  });

  test('for the second reply where one utterance was taken for two', () => {
    add(speech, final(1), started('reply-1'), speech, ended('reply-1'));
    expect(turns.isDoneSince(0)).toBe(false);
    add(final(2), started('reply-2'));
    expect(turns.isDoneSince(0)).toBe(false);
    add(ended('reply-2'));
    expect(turns.isDoneSince(0)).toBe(true);
  });

  test('to interrupt, only until that reply begins', () => {
    add(started('reply-1'), ended('reply-1'), speech);
    expect(turns.isReplyingSince(0)).toBe(false);
    add(final(1));
    expect(turns.isReplyingSince(1)).toBe(false);
    add(final(2));
    expect(turns.isReplyingSince(1)).toBe(false);
    add(started('reply-2'));
    expect(turns.isReplyingSince(1)).toBe(true);
  });

  test('while the bot adds something to its reply', () => {
    add(speech, final(1), started('reply-1'), ended('reply-1'), started('say-1'));
    expect(turns.isDoneSince(0)).toBe(false);
    add(ended('say-1'));
    expect(turns.isDoneSince(0)).toBe(true);
  });

  test('no longer once the bot has apologised for having no reply', () => {
    add(speech, final(1), started('apology-1'), ended('apology-1'));
    expect(turns.isDoneSince(0)).toBe(true);
    expect(turns.hasAnswered(1)).toBe(false);
  });
});

describe('waiting for the bot', () => {
  test('ends with the event that was waited for', async () => {
    const greeted = turns.until(() => turns.greeted, 60_000);
    add(started('greeting'), ended('greeting'));
    expect(await greeted).toBe(true);
  });

  test('is not in vain where what was waited for is over again at once', async () => {
    const sounding = turns.until(() => turns.isSounding, 60_000);
    add(started('farewell'), ended('farewell'));
    expect(await sounding).toBe(true);
  });

  test('ends with the call, in vain', async () => {
    const greeted = turns.until(() => turns.greeted, 60_000);
    add({ type: 'call.ended', at, reason: 'cancelled' });
    expect(await greeted).toBe(false);
    expect(await turns.until(() => turns.greeted, 60_000)).toBe(false);
  });

  test('ends after its time, in vain', async () => {
    expect(await turns.until(() => turns.greeted, 1)).toBe(false);
  });
});
