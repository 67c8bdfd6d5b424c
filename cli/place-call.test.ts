import { describe, expect, test } from 'vitest';
import { isComplete, type PlacedCall } from './place-call.ts';
import type { FollowedTurn } from './render.ts';

const turn = (number: number, given: Partial<FollowedTurn> = {}): FollowedTurn => {
  return { turn: number, caller: 'Hello.', heard: 'Yes.', interrupted: false, answered: true, ...given };
};

const call = (turns: FollowedTurn[], answered = 2): PlacedCall => ({
  session: 'test-1',
  reason: 'the caller hung up',
  lines: 2,
  answered,
  turns,
  asides: [],
  audio: { bot: 'bot.wav', conversation: 'conversation.wav' },
});

const cutOff = { heard: '', interrupted: true };

describe('a played call is complete', () => {
  test('when each utterance was understood and answered', () => {
    expect(isComplete(call([turn(1), turn(2)]))).toBe(true);
  });

  test('also when one was taken for two, and the caller talked over the first reply', () => {
    expect(isComplete(call([turn(1), turn(2, cutOff), turn(3)]))).toBe(true);
  });
});

describe('a played call is not complete', () => {
  test.each([
    ['an utterance was not answered', call([turn(1), turn(2, cutOff)], 1)],
    ['nothing was understood of one', call([turn(1), turn(2, { caller: '' })])],
    ['the bot could only apologise', call([turn(1), turn(2, { source: 'apology' })])],
    ['a reply had no words', call([turn(1), turn(2, { heard: '' })])],
    ['nobody spoke', call([], 0)],
  ])('when %s', (_, played) => {
    expect(isComplete(played)).toBe(false);
  });
});
