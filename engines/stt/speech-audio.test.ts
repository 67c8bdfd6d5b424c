import { describe, expect, test } from 'vitest';
import { joined, noise, recording } from '../../test/contracts/audio.ts';
import { isSpeechless, SpeechAudio } from './speech-audio.ts';

const silence = (seconds: number) => new Int16Array(16_000 * seconds);
/** 0.3 s of silence before the words, 0.8 s after them. */
const words = recording('human', 16_000);

describe('what has been said', () => {
  test('is quiet from where the words end', () => {
    const audio = new SpeechAudio();
    audio.write(words);
    const end = words.length - 0.8 * 16_000;
    expect(audio.isQuietFrom(end)).toBe(true);
    expect(audio.isQuietFrom(end - 8_000)).toBe(false);
    audio.write(words.subarray(8_000, 9_000));
    expect(audio.isQuietFrom(end)).toBe(false);
  });

  test('is quiet between words over a noisy line', () => {
    const audio = new SpeechAudio();
    const line = noise(words.length, 60);
    audio.write(words.map((sample, i) => sample + line[i]!));
    expect(audio.isQuietFrom(words.length - 0.7 * 16_000)).toBe(true);
  });

  test('is quiet between words over a line as noisy as a street, and not while they are spoken', () => {
    const audio = new SpeechAudio();
    const line = noise(words.length, 800);
    audio.write(words.map((sample, i) => sample / 2 + line[i]!));
    const end = words.length - 0.7 * 16_000;
    expect(audio.isQuietFrom(end)).toBe(true);
    expect(audio.isQuietFrom(end - 0.6 * 16_000)).toBe(false);
  });

  test('is cut in its pause, and nothing of it is lost', () => {
    const audio = new SpeechAudio();
    const whole = joined([words, silence(0.2), words, words]);
    for (let at = 0; at < whole.length; at += 777) audio.write(whole.subarray(at, at + 777));
    const head = audio.cutAtQuietest(16_000, words.length + 16_000);
    expect(head.length).toBeGreaterThan(words.length - 0.8 * 16_000);
    expect(head.length).toBeLessThan(words.length + 0.5 * 16_000);
    expect(joined([head, audio.copy()])).toEqual(whole);
    expect(audio.isQuietFrom(audio.length - 8_000)).toBe(true);
  });
});

describe('audio that cannot be speech', () => {
  test.each(['balance', 'card', 'goodbye', 'hours', 'human', 'loan', 'rate'])('is not %s', (name) => {
    const samples = recording(name, 16_000);
    expect(isSpeechless(samples)).toBe(false);
    const line = noise(samples.length, 1_500);
    expect(isSpeechless(samples.map((sample, i) => sample / 2 + line[i]!))).toBe(false);
  });

  test('is silent, steady or too short', () => {
    expect(isSpeechless(new Int16Array(0))).toBe(true);
    expect(isSpeechless(silence(2))).toBe(true);
    expect(isSpeechless(noise(32_000, 4_000))).toBe(true);
    expect(isSpeechless(joined([silence(1), noise(16_000, 4_000), silence(1)]))).toBe(true);
    expect(isSpeechless(words.subarray(8_000, 9_000))).toBe(true);
  });
});
