import { describe, expect, test } from 'vitest';
import type { MediaFormat } from '../audio/format.ts';
import { CallerAudio } from './caller-audio.ts';

const mulaw: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };

/** A line that carries numbered bytes, so that what comes out tells where it came from. */
class Line {
  readonly chunks: { audioMs: number; audio: Uint8Array }[] = [];
  readonly audio = new CallerAudio(mulaw, ({ audioMs }, audio) =>
    this.chunks.push({ audioMs, audio: Uint8Array.from(audio) }),
  );
  private written = 0;

  write(ms: number, frameMs = 20) {
    for (const end = this.written + ms * 8; this.written < end;) {
      const length = Math.min(frameMs * 8, end - this.written);
      this.audio.write(Uint8Array.from({ length }, (_, i) => (this.written + i) % 251));
      this.written += length;
    }
  }

  /** From and to, ms, of what was passed on. */
  stretches(): [number, number][] {
    const stretches: [number, number][] = [];
    for (const { audioMs, audio } of this.chunks) {
      expect(audio.every((byte, i) => byte === (audioMs * 8 + i) % 251)).toBe(true);
      const last = stretches.at(-1);
      if (last?.[1] === audioMs) last[1] += audio.length / 8;
      else stretches.push([audioMs, audioMs + audio.length / 8]);
    }
    return stretches;
  }
}

describe("the caller's audio", () => {
  test('is not passed on in silence', () => {
    const line = new Line();
    line.write(10_000);
    expect(line.chunks).toEqual([]);
  });

  test('is passed on from 300 ms before speech to the moment that its end is known', () => {
    const line = new Line();
    line.write(5_000);
    line.audio.start(4_900);
    line.write(740);
    line.audio.stop();
    line.write(5_000);
    expect(line.stretches()).toEqual([[4_600, 5_740]]);
  });

  test('goes in chunks of 100 ms', () => {
    const line = new Line();
    line.write(1_000);
    line.audio.start(1_000);
    line.write(440);
    line.audio.stop();
    expect(line.chunks.map(({ audio }) => audio.length / 8)).toEqual([100, 100, 100, 100, 100, 100, 100, 40]);
  });

  test('does not wait for the end of speech', () => {
    const line = new Line();
    line.audio.start(0);
    line.write(500);
    expect(line.stretches()).toEqual([[0, 500]]);
  });

  test('of a pause shorter than the pre-roll is passed on once', () => {
    const line = new Line();
    line.write(1_000);
    line.audio.start(1_000);
    line.write(500);
    line.audio.stop();
    line.write(200);
    line.audio.start(1_600);
    line.write(100);
    line.audio.stop();
    expect(line.stretches()).toEqual([[700, 1_800]]);
  });

  test('is whole in frames of any length, and round the end of the memory', () => {
    const line = new Line();
    line.write(1_900, 7);
    line.audio.start(1_800);
    line.write(7_000, 6_000);
    line.audio.stop();
    expect(line.stretches()).toEqual([[1_500, 8_900]]);
  });

  test('that is noticed too late begins where memory does', () => {
    const line = new Line();
    line.write(5_000);
    line.audio.start(1_000);
    line.audio.stop();
    expect(line.stretches()).toEqual([[3_000, 5_000]]);
  });
});
