import { describe, expect, test } from 'vitest';
import { mulaw } from '../test/gateway/lab.ts';
import { wordEnds } from './word-ends.ts';

const LOUD = 0x10;
const SILENT = 0xff;

/** A voice: ms of sound and of silence by turns. */
const voice = (...ms: number[]) =>
  Buffer.concat(ms.map((length, i) => Buffer.alloc(length * 8, i % 2 === 0 ? LOUD : SILENT)));
/** ms at which each word ends. */
const ends = (text: string, audio: Buffer, done = true) =>
  wordEnds(mulaw, { text, audio, done }).map((bytes) => bytes / 8);

describe('the end of a word in the audio', () => {
  test('comes after as much of the voice as the words before it have letters', () => {
    expect(ends('aaa aaaaaaaaa aaa', voice(960))).toEqual([240, 740, 960]);
  });

  test('of a figure comes as late as its spoken form needs', () => {
    const [month] = ends('That is $315.68 a month', voice(3_000)).slice(-2);
    const [plain] = ends('That is mostly a month', voice(3_000)).slice(-2);
    expect(month).toBeGreaterThan(plain! + 400);
  });

  test('is where the voice pauses, if the text has a comma there, however fast the rest is', () => {
    // By its letters, "aaaa" would end at 600.
    const [first, second] = ends('aaaa, aaaa', voice(800, 200, 400));
    expect(first).toBe(800);
    expect(second).toBe(1_400);
  });

  test('is not at a pause that is too far off', () => {
    const [first] = ends('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa a, aaaa', voice(40, 140, 2_000));
    expect(first).toBeGreaterThan(1_000);
  });

  test('is not at a pause within a figure', () => {
    // "three hundred dollars | and five cents"
    const [figure, , last] = ends('$300.05 a day', voice(1_100, 160, 1_100));
    expect(figure).toBeGreaterThan(1_800);
    expect(last).toBe(2_360);
  });

  test('that has not come yet is never', () => {
    expect(ends('aaaa aaaa aaaa', voice(300), false)).toEqual([260, Infinity, Infinity]);
    expect(ends('aaaa', voice(0, 300))).toEqual([Infinity]);
    expect(ends('', voice(100))).toEqual([]);
  });
});
