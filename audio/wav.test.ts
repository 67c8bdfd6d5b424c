import { describe, expect, test } from 'vitest';
import { encodeMulaw } from './mulaw.ts';
import { readWav, writeWav, WavError } from './wav.ts';

const samples = Int16Array.from([0, 1_000, -1_000, 32_767, -32_768]);
const file = () => writeWav({ samples, sampleRate: 16_000 });

/** A WAV file by hand: `fmt ` of these fields, then `data`. */
function wav(
  format: number,
  channels: number,
  rate: number,
  bits: number,
  data: Buffer,
  extra = Buffer.alloc(0),
) {
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt32LE((rate * channels * bits) / 8, 8);
  fmt.writeUInt16LE((channels * bits) / 8, 12);
  fmt.writeUInt16LE(bits, 14);
  const chunks = Buffer.concat([chunk('fmt ', Buffer.concat([fmt, extra])), chunk('data', data)]);
  return Buffer.concat([riff(chunks.length + 4), chunks]);
}

function chunk(id: string, body: Buffer) {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function riff(length: number) {
  const head = Buffer.alloc(12);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(length, 4);
  head.write('WAVE', 8, 'latin1');
  return head;
}

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const shorts = (...values: number[]) => Buffer.from(Int16Array.from(values).buffer);

describe('WAV files', () => {
  test('what was written is read back', () => {
    expect(readWav(file())).toEqual({ samples, sampleRate: 16_000 });
  });

  test('stereo is mixed down', () => {
    expect([...readWav(wav(1, 2, 8_000, 16, shorts(100, 300, -50, -150))).samples]).toEqual([200, -100]);
  });

  test('float samples are scaled, and clipped beyond full scale', () => {
    const { samples, sampleRate } = readWav(wav(3, 1, 44_100, 32, floats(0, 0.5, -1, 1.5)));
    expect([...samples]).toEqual([0, 16_384, -32_767, 32_767]);
    expect(sampleRate).toBe(44_100);
  });

  test('μ-law, as telephone recorders write it, is decoded', () => {
    const coded = Buffer.from(encodeMulaw(Int16Array.of(0, 988, -988, 32_124)));
    expect([...readWav(wav(7, 1, 8_000, 8, coded)).samples]).toEqual([0, 988, -988, 32_124]);
  });

  test('chunks that are not audio are passed over, odd lengths included', () => {
    const plain = file();
    const withNote = Buffer.concat([
      plain.subarray(0, 36),
      chunk('LIST', Buffer.from('abc')),
      plain.subarray(36),
    ]);
    expect(readWav(withNote).samples).toEqual(samples);
  });

  test('the extensible form is read by its sub-format', () => {
    const extra = Buffer.alloc(24);
    extra.writeUInt16LE(22, 0);
    extra.writeUInt16LE(1, 8);
    expect([...readWav(wav(0xfffe, 1, 8_000, 16, shorts(7, 8), extra)).samples]).toEqual([7, 8]);
  });

  test('a file whose writer did not know its length is read to its end', () => {
    const streamed = file();
    streamed.writeUInt32LE(0xffff_ffff, 40);
    expect(readWav(streamed).samples).toEqual(samples);
  });

  test.each([
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['text', Buffer.from('Dear Sir or Madam, hello'), /is not a WAV file/],
    ['an MP3', Buffer.from('ID3\x04\0\0\0\0\0\0 something', 'latin1'), /is not a WAV file/],
    ['a header alone', file().subarray(0, 30), /is cut short/],
    ['half the audio', file().subarray(0, 50), /is cut short: 6 of 10 bytes/],
    ['no audio', wav(1, 1, 8_000, 16, Buffer.alloc(0)), /holds no audio/],
    [
      '24 bits',
      wav(1, 1, 8_000, 24, Buffer.alloc(6)),
      /not read \(format 1, 24 bits\): save it as 16-bit PCM/,
    ],
    ['A-law', wav(6, 1, 8_000, 8, Buffer.alloc(6)), /not read \(format 6/],
    ['six channels', wav(1, 6, 8_000, 16, Buffer.alloc(12)), /has 6 channels/],
    ['audio before its format', Buffer.concat([riff(20), chunk('data', shorts(1, 2))]), /before its format/],
  ])('%s is refused with the reason', (_, bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(WavError);
    expect(() => readWav(bytes)).toThrow(reason);
  });
});
