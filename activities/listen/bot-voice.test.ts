import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../stream/events.ts';
import { isBackchannel } from './backchannels.ts';
import { BotVoice } from './bot-voice.ts';

const utterance = 'reply-1';
const started: CallEvent = { type: 'playback.started', at: 1_000, utterance };
const paused = (words: string, asking = false): CallEvent => ({
  type: 'playback.paused',
  at: 3_000,
  utterance,
  playedMs: 2_000,
  words,
  asking,
});
const ended: CallEvent = {
  type: 'playback.ended',
  at: 5_000,
  utterance,
  interrupted: false,
  playedMs: 4_000,
  heard: 'Our branches are open from nine to five on weekdays.',
};

/** A caller who begins to speak at `at`, after these events. */
function speaking(at: number, ...events: CallEvent[]): BotVoice {
  const bot = new BotVoice('en');
  for (const event of events) bot.onEvent(event);
  bot.onSpeechStarted(at);
  return bot;
}

describe('while the bot speaks', () => {
  test.each([
    ['uh-huh', 'backchannel'],
    ['Mm-hmm.', 'backchannel'],
    ['Okay, right.', 'backchannel'],
    ['Yeah, I see.', 'backchannel'],
    ['', 'noise'],
    ['...', 'noise'],
    ['are open from nine', 'echo'],
    ['Her open from nine two five.', 'echo'],
    ['No.', undefined],
    ['Wait.', undefined],
    ['Okay, but what about Sunday?', undefined],
    ['Yes, I would like a loan.', undefined],
    ['What are your fees?', undefined],
  ])('“%s” is %s', (text, verdict) => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Our branches are open from nine to five'));
    expect(bot.judge(text, 900)).toBe(verdict);
  });

  test('a few words as short as a hum are one, unless they take the turn', () => {
    const bot = speaking(2_000, started);
    expect(bot.judge('You.', 300)).toBe('noise');
    expect(bot.judge('And mem home.', 900)).toBe('backchannel');
    expect(bot.judge('I rate.', 1_400)).toBe('backchannel');
    expect(bot.judge('And mem home.', 1_600)).toBeUndefined();
    expect(bot.judge('Loans and fees, my friend.', 900)).toBeUndefined();
    expect(bot.judge('No!', 300)).toBeUndefined();
    expect(bot.judge('I need that.', 900)).toBeUndefined();
    bot.onEvent(paused('For how many', true));
    expect(bot.judge('Thirty months.', 900)).toBeUndefined();
    expect(speaking(9_000, started, ended).judge('Loans.', 300)).toBeUndefined();
  });

  test('a few words are a turn where they name what the domain is about', () => {
    const bot = new BotVoice('en', /\b(?:balance|loans?)\b/);
    bot.onEvent(started);
    bot.onSpeechStarted(2_000);
    bot.onEvent(paused('Our branches are open from nine to five'));
    expect(bot.judge('My balance.', 700)).toBeUndefined();
    expect(bot.judge('My ballad.', 700)).toBe('backchannel');
    expect(bot.judge('But.', 220)).toBe('noise');
  });

  test('a sign of listening with a word too many is one, unless that takes the turn', () => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Our branches are open'));
    expect(bot.judge('That makes sense, sir.', 1_300)).toBe('backchannel');
    expect(bot.judge('That makes sense, sir.', 1_600)).toBeUndefined();
    expect(bot.judge('That makes sense, stop.', 1_300)).toBeUndefined();
    expect(bot.judge('That makes sense for Sunday.', 1_300)).toBeUndefined();
  });

  test('an echo repeats what was just said, not what was said long before', () => {
    const long =
      'Your loan costs ten dollars a month, and now for something else that is much longer than the first part';
    const bot = speaking(2_000, started);
    bot.onEvent(paused(long));
    expect(bot.judge('longer than the first', 900)).toBe('echo');
    expect(bot.judge('your loan costs ten dollars', 900)).toBeUndefined();
  });

  test('a yes to its question is an answer', () => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Shall I set that up for', true));
    expect(bot.judge('Yes.', 900)).toBeUndefined();
  });

  test('a few words that may yet change, or that came too soon, are no proof of a turn', () => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Our branches are open'));
    expect(bot.isCertain('I would', 2_000)).toBe(false);
    expect(bot.isCertain('uh huh okay right', 2_000)).toBe(false);
    expect(bot.isCertain('And he came, and he came', 1_600)).toBe(false);
    expect(bot.isCertain('I would like to', 1_900)).toBe(true);
  });

  test('a sound too short for a word is none, whatever it is taken for', () => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Our branches are open'));
    expect(bot.judge('You', 160, -3)).toBe('noise');
    expect(bot.judge('Enter.', 240, -3)).toBe('noise');
    expect(bot.judge('Stop.', 120, -3)).toBe('noise');
    expect(bot.judge('Stop.', 220, -3)).toBeUndefined();
    expect(bot.judge('Tomorrow.', 400, -3)).toBeUndefined();
  });

  describe('where the sound is known', () => {
    const bot = speaking(2_000, started);
    bot.onEvent(paused('Our branches are open'));

    test.each([
      ['Or how, oh, hi.', 2.5, 'backchannel'],
      ['And he came, and he came.', 1, 'backchannel'],
      ['No,', 3, 'backchannel'],
      ['Okay.', -1, 'backchannel'],
      ['You.', 1, 'backchannel'],
      ['Too expensive.', -1, undefined],
      ['Stop.', 1, undefined],
      ['Okay.', -5, undefined],
    ])('“%s” that sounds like a sign of listening by %d is %s', (text, odds, verdict) => {
      expect(bot.judge(text, 900, odds)).toBe(verdict);
    });

    test('it decides only of remarks', () => {
      expect(bot.judge('I see what you want to sell', 2_400, 5)).toBeUndefined();
      expect(bot.isRemark(900)).toBe(true);
      expect(bot.isRemark(2_400)).toBe(false);
    });

    test('an echo stays one, and an answer one', () => {
      expect(bot.judge('branches are open', 900, -5)).toBe('echo');
      bot.onEvent(paused('Shall I set that up for', true));
      expect(bot.isRemark(900)).toBe(false);
      expect(bot.judge('Yes.', 900)).toBeUndefined();
    });
  });
});

describe('when the bot has finished', () => {
  test.each(['Yes.', 'Okay.', 'Right.', 'Uh-huh.'])('“%s” is a turn', (text) => {
    expect(speaking(5_200, started, ended).judge(text, 900)).toBeUndefined();
    expect(speaking(9_000, started, ended).judge(text, 900)).toBeUndefined();
  });

  test('its last words may still come back, but not for long', () => {
    expect(speaking(5_200, started, ended).judge('to five on weekdays', 900)).toBe('echo');
    expect(speaking(6_000, started, ended).judge('to five on weekdays', 900)).toBeUndefined();
  });

  test('with something else than what is being said, it still speaks', () => {
    const dropped: CallEvent = { ...ended, utterance: 'say-1', playedMs: 0, heard: '' };
    expect(speaking(5_200, started, dropped).judge('Okay.', 900)).toBe('backchannel');
  });

  test('nothing is still nothing', () => {
    expect(speaking(9_000).judge('', 900)).toBe('noise');
  });
});

test('words that only begin like a sign of listening are none', () => {
  for (const text of ['Yesterday', 'I see no payment', 'a loan', 'human', 'oh no', 'ahead', 'Hmm, no']) {
    expect([text, isBackchannel(text, 'en')]).toEqual([text, false]);
  }
  for (const text of ['Hmm', 'Mhm', 'Uh', 'Ah', 'Oh okay', 'Mm mm', 'Uh-huh, uh-huh.', 'Aha', 'Mmhmm']) {
    expect([text, isBackchannel(text, 'en')]).toEqual([text, true]);
  }
});
