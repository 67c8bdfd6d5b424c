import { beforeEach, describe, expect, test } from 'vitest';
import type { EventOf } from '../stream/events.ts';
import { type BotEntry, Conversation, type Entry } from './conversation.ts';

let entries: Map<string, Entry>;
let conversation: Conversation;
beforeEach(() => {
  entries = new Map();
  conversation = new Conversation(
    (entry) => entries.set(entry.key, structuredClone(entry)),
    (key) => entries.delete(key),
  );
});

const reply = () => entries.get('reply-1') as BotEntry;

function partial(text: string, turn = 1) {
  conversation.add({ type: 'turn.partial', at: 0, turn, attempt: 1, text });
}

/** The caller stopped speaking at 1,000 ms. */
function final(text: string, other: Partial<EventOf<'turn.final'>> = {}) {
  conversation.add({
    type: 'turn.final',
    at: 1_500,
    turn: 1,
    attempt: 1,
    revision: 1,
    text,
    speechStartedAt: 0,
    speechEndedAt: 1_000,
    audioCursor: '',
    engine: '',
    ...other,
  });
}

function sentence(index: number, text: string, at = 1_520, revision = 1) {
  conversation.add({ type: 'reply.sentence', at, turn: 1, attempt: 1, revision, index, text });
}

const started = (at = 1_600) => conversation.add({ type: 'playback.started', at, utterance: 'reply-1' });

function ended(heard: string, interrupted: boolean, utterance = 'reply-1') {
  conversation.add({ type: 'playback.ended', at: 5_000, utterance, interrupted, playedMs: 0, heard });
}

describe('what the caller says', () => {
  test('grows, then is final', () => {
    partial('What are');
    partial('What are your hours');
    expect(entries.get('turn-1')).toMatchObject({ text: 'What are your hours', partial: true });
    final('What are your hours?');
    partial('What a');
    expect(entries.get('turn-1')).toMatchObject({ text: 'What are your hours?', partial: false });
  });

  test('and was no turn is taken back', () => {
    partial('Mhm');
    conversation.add({
      type: 'turn.ignored',
      at: 0,
      turn: 1,
      attempt: 1,
      text: 'Mhm',
      reason: 'backchannel',
    });
    expect(entries.size).toBe(0);
    partial('Hm');
    final('');
    expect(entries.size).toBe(0);
  });
});

describe('what the bot says', () => {
  test('can be read from its first sound on, as it is written', () => {
    sentence(0, 'From nine.');
    final('When?');
    expect(reply()).toBeUndefined();
    started();
    expect(reply()).toMatchObject({ text: 'From nine.', speaking: true });
    sentence(1, 'To five.');
    expect(reply().text).toBe('From nine. To five.');
    ended('From nine. To five.', false);
    expect(reply()).toMatchObject({ text: 'From nine. To five.', speaking: false });
  });

  test('is what answers the hearing that counts', () => {
    sentence(0, 'To what you did not mean.', 1_100, 1);
    sentence(0, 'To what you meant.', 1_520, 2);
    final('I mean this', { revision: 2 });
    started();
    expect(reply().text).toBe('To what you meant.');
  });

  test('where it is interrupted, shows what was heard and what was not', () => {
    final('When?');
    sentence(0, 'From nine in the morning.');
    started();
    conversation.add({
      type: 'playback.paused',
      at: 2_000,
      utterance: 'reply-1',
      playedMs: 400,
      words: 'From nine',
      asking: false,
    });
    expect(reply().paused).toBe(true);
    ended('From nine', true);
    expect(reply()).toMatchObject({
      paused: false,
      cut: { heard: 'From nine', unheard: 'in the morning.', by: 'caller' },
    });
  });

  test('where the connection broke, nobody interrupted', () => {
    conversation.add({ type: 'playback.started', at: 0, utterance: 'greeting', text: 'Good morning.' });
    ended('Good', true, 'greeting');
    conversation.add({ type: 'caller.disconnected', at: 5_001, connection: '', reason: 'dropped' });
    expect(entries.get('greeting')).toMatchObject({ cut: { unheard: 'morning.', by: 'line' } });
  });

  test('and was void before it began is not shown', () => {
    ended('', true, 'reply-2');
    expect(entries.size).toBe(0);
  });
});

describe('the time that a reply took', () => {
  test('is told part by part', () => {
    final('When?');
    sentence(0, 'From nine.');
    started();
    expect(reply().times).toEqual({ transcript: 500, sentence: 20, sound: 80, total: 600 });
    expect(conversation.replyTimes).toEqual([600]);
  });

  test('holds no wait for a sentence that was ready before', () => {
    sentence(0, 'From nine.', 1_300);
    final('When?');
    started();
    expect(reply().times).toEqual({ transcript: 500, sentence: 0, sound: 100, total: 600 });
  });

  test('is not measured for typed words', () => {
    final('When?', { speechStartedAt: 1_000 });
    sentence(0, 'From nine.');
    started();
    expect(reply().times).toBeUndefined();
  });
});
