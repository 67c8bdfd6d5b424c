import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readWav } from '../audio/wav.ts';
import { findUtterances } from './utterances.ts';

const RATE = 16_000;

/** Seconds of a 200 Hz tone; of silence where the level is 0. */
function sound(...parts: [seconds: number, level: number][]): Int16Array {
  return Int16Array.from(
    parts.flatMap(([seconds, level]) =>
      Array.from({ length: seconds * RATE }, (_, i) => level * Math.sin((2 * Math.PI * 200 * i) / RATE)),
    ),
  );
}

const seconds = (utterances: Int16Array[]) =>
  utterances.map(({ length }) => Number((length / RATE).toFixed(2)));

describe('the utterances of a recording', () => {
  test('are what pauses of more than a second separate, with a little around each', () => {
    const samples = sound([0.5, 0], [2, 9_000], [1.5, 0], [1, 9_000], [2, 0]);
    expect(seconds(findUtterances(samples, RATE))).toEqual([2.5, 1.5]);
  });

  test('a shorter pause belongs to the utterance', () => {
    const samples = sound([1, 9_000], [0.9, 0], [1, 9_000]);
    expect(seconds(findUtterances(samples, RATE))).toEqual([2.9]);
  });

  test('background noise is no speech, however long', () => {
    const samples = sound([3, 200], [1, 9_000], [3, 200], [1, 6_000], [3, 200]);
    expect(findUtterances(samples, RATE)).toHaveLength(2);
  });

  test('silence and clicks hold none', () => {
    expect(findUtterances(sound([3, 0]), RATE)).toEqual([]);
    expect(findUtterances(sound([3, 60]), RATE)).toEqual([]);
    expect(findUtterances(sound([1, 0], [0.05, 9_000], [1, 0]), RATE)).toEqual([]);
  });

  test('the demonstration caller speaks five times', () => {
    const file = new URL('../test/recordings/demo-caller.wav', import.meta.url);
    const { samples, sampleRate } = readWav(readFileSync(file));
    expect(findUtterances(samples, sampleRate)).toHaveLength(5);
  });
});
