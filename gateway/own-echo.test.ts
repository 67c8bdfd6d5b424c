import { describe, expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../audio/mulaw.ts';
import { recording } from '../test/contracts/audio.ts';
import { mulaw } from '../test/gateway/lab.ts';
import { OwnEcho } from './own-echo.ts';

/** Of both recordings: speech all through. */
const FROM = 3_200;
const bot = recording('loan', 8_000).subarray(FROM);
const caller = recording('card', 8_000).subarray(FROM);
/** As much as the voice detector asks about. */
const STRETCH = 768;
const START = 1_000_000;

/** The bot's voice has been playing since `START`, in frames of 200 ms. */
function playing(): OwnEcho {
  const echo = new OwnEcho(mulaw);
  for (let at = 0; at < 9_600; at += 1_600) {
    echo.onPlayed(encodeMulaw(bot.subarray(at, at + 1_600)), START + at / 8);
  }
  return echo;
}

/** These samples a second after the start, as they come over the line: quieter, in μ-law. */
const onTheLine = (samples: Int16Array, decibels: number) =>
  decodeMulaw(encodeMulaw(samples.map((sample) => sample * 10 ** (-decibels / 20))));
const asked = (samples: Int16Array) => playing().isEcho(samples, 8_000, START + 1_000 + STRETCH / 8);

describe('what comes from the caller while the bot speaks', () => {
  test.each([
    [0, 20],
    [120, 25],
    [500, 30],
  ])('is an echo %i ms late, and %i dB down', (late, decibels) => {
    const from = (1_000 - late) * 8;
    expect(asked(onTheLine(bot.subarray(from, from + STRETCH), decibels))).toBe(true);
  });

  test('is none if it has not been played yet, or long ago', () => {
    expect(asked(onTheLine(bot.subarray(9_600, 9_600 + STRETCH), 25))).toBe(false);
    expect(asked(onTheLine(bot.subarray(0, STRETCH), 25))).toBe(false);
  });

  test('is the caller, if it is another voice, or both at once', () => {
    const theirs = caller.subarray(4_000, 4_000 + STRETCH);
    expect(asked(theirs)).toBe(false);
    const echo = onTheLine(bot.subarray(7_000, 7_000 + STRETCH), 20);
    expect(asked(theirs.map((sample, i) => sample + echo[i]!))).toBe(false);
  });

  test('is the caller, if nothing has been played', () => {
    const theirs = caller.subarray(4_000, 4_000 + STRETCH);
    expect(new OwnEcho(mulaw).isEcho(theirs, 8_000, START)).toBe(false);
  });
});
