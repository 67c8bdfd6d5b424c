import { expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../../audio/mulaw.ts';
import { resample } from '../../../audio/resample.ts';
import { hashOf, PartReader, voiceOf } from './bot-code.ts';
import { linesIn, soundOf } from './caller-code.ts';

test('a line is read from its sound as a telephone carries it, also from half of it', () => {
  const line = { call: 0xabc, line: 255, attempt: 15 };
  const sound = decodeMulaw(encodeMulaw(soundOf(line, 8_000)));
  const padded = new Int16Array(sound.length + 3_000);
  padded.set(sound, 1_234);
  expect(linesIn(resample(padded, 8_000, 16_000), 16_000)).toEqual([line]);
  expect(linesIn(sound.subarray(sound.length * 0.45), 8_000)).toEqual([line]);
  expect(linesIn(sound.subarray(sound.length * 0.7), 8_000)).toEqual([]);
});

test('a sentence says of each of its parts which one it is, wherever its audio is cut', () => {
  const bytes = Buffer.from(encodeMulaw(voiceOf('How are you?')));
  const reader = new PartReader();
  const parts = [];
  for (let at = 0; at < bytes.length; at += 77) parts.push(...reader.read(bytes.subarray(at, at + 77)));
  const total = bytes.length / 160;
  expect(parts.map(({ hash, index }) => [hash, index])).toEqual(
    Array.from({ length: total }, (_, index) => [hashOf('How are you?'), index]),
  );
  expect(parts.every((part) => part.total === total)).toBe(true);
});
