import { describe, expect, test } from 'vitest';
import { fromSamples, mediaFormatSchema, toSamples, type MediaFormat } from './format.ts';

const pcm16: MediaFormat = { encoding: 'pcm16', sampleRate: 16_000 };
const mulaw: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };

describe('media formats', () => {
  test('16-bit samples are little-endian', () => {
    expect([...toSamples(pcm16, Uint8Array.from([0x34, 0x12, 0xff, 0xff]))]).toEqual([0x1234, -1]);
    expect([...fromSamples(pcm16, Int16Array.from([0x1234, -1]))]).toEqual([0x34, 0x12, 0xff, 0xff]);
  });

  test('a frame that begins at an odd address, as frames off a socket do, is read', () => {
    const frame = Uint8Array.from([0x00, 0x34, 0x12]).subarray(1);
    expect([...toSamples(pcm16, frame)]).toEqual([0x1234]);
  });

  test('half a sample at the end is left out', () => {
    expect([...toSamples(pcm16, Uint8Array.from([0x34, 0x12, 0x01]))]).toEqual([0x1234]);
  });

  test('part of a longer recording is written alone', () => {
    const recording = Int16Array.from([1, 2, 3]);
    expect([...fromSamples(pcm16, recording.subarray(1, 2))]).toEqual([2, 0]);
  });

  test('μ-law is a byte a sample', () => {
    expect([...toSamples(mulaw, Uint8Array.from([0xff, 0x00]))]).toEqual([0, -32_124]);
    expect([...fromSamples(mulaw, Int16Array.from([0, -32_124]))]).toEqual([0xff, 0x00]);
  });

  test('a rate that no caller uses is refused', () => {
    expect(mediaFormatSchema.safeParse({ encoding: 'pcm16', sampleRate: 44_100 }).success).toBe(false);
  });
});
