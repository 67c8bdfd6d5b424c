import { interleave } from './interleave.ts';
import { decodeMulaw } from './mulaw.ts';

/** A file that is not WAV audio that can be used; the message says why, as the end of a sentence about the file. */
export class WavError extends Error {
  override name = 'WavError';
}

export interface Recording {
  /** Mono. */
  samples: Int16Array;
  /** Hz. */
  sampleRate: number;
}

const PCM = 1;
const FLOAT = 3;
const MULAW = 7;
/** The real encoding then stands in the first two bytes of the sub-format. */
const EXTENSIBLE = 0xfffe;
/** Writers that stream leave the length of the data at one of these. */
const UNKNOWN_LENGTHS = [0, 0xffff_ffff];

interface Encoding {
  format: number;
  channels: number;
  sampleRate: number;
  bits: number;
}

/** Reads a WAV file, 16-bit, 32-bit float or μ-law, mono or stereo (mixed down). Throws WavError. */
export function readWav(bytes: Uint8Array): Recording {
  if (bytes.length === 0) throw new WavError('is empty');
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new WavError('is not a WAV file');
  }
  let encoding: Encoding | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const id = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = file.subarray(at + 8, at + 8 + length);
    if (id === 'fmt ') encoding = readEncoding(body);
    if (id === 'data') {
      if (!encoding) throw new WavError('is damaged: its audio comes before its format');
      return readData(encoding, UNKNOWN_LENGTHS.includes(length) ? file.subarray(at + 8) : body, length);
    }
    // Chunks are padded to even lengths.
    at += 8 + length + (length % 2);
  }
  throw new WavError('is cut short: it holds no audio');
}

function readEncoding(body: Buffer): Encoding {
  if (body.length < 16) throw new WavError('is cut short: its format is incomplete');
  const declared = body.readUInt16LE(0);
  return {
    format: declared === EXTENSIBLE && body.length >= 26 ? body.readUInt16LE(24) : declared,
    channels: body.readUInt16LE(2),
    sampleRate: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
}

function readData({ format, channels, sampleRate, bits }: Encoding, data: Buffer, length: number): Recording {
  const readAt = reader({ format, bits }, data);
  if (!readAt) {
    throw new WavError(
      `is of a kind that is not read (format ${format}, ${bits} bits): save it as 16-bit PCM`,
    );
  }
  if (channels !== 1 && channels !== 2) throw new WavError(`has ${channels} channels: save it as mono`);
  if (!UNKNOWN_LENGTHS.includes(length) && data.length < length) {
    throw new WavError(`is cut short: ${data.length} of ${length} bytes of audio are there`);
  }
  const width = bits / 8;
  const frames = Math.floor(data.length / width / channels);
  if (frames === 0) throw new WavError('holds no audio');
  const samples = new Int16Array(frames);
  for (let i = 0; i < frames; i++) {
    const value = channels === 1 ? readAt(i) : (readAt(2 * i) + readAt(2 * i + 1)) / 2;
    samples[i] = Math.max(-32_768, Math.min(32_767, Math.round(value)));
  }
  return { samples, sampleRate };
}

/** How to get at the sample of an index, if audio of this kind is read. */
function reader({ format, bits }: Pick<Encoding, 'format' | 'bits'>, data: Buffer) {
  if (format === PCM && bits === 16) return (index: number) => data.readInt16LE(index * 2);
  if (format === FLOAT && bits === 32) return (index: number) => data.readFloatLE(index * 4) * 32_767;
  if (format !== MULAW || bits !== 8) return undefined;
  const samples = decodeMulaw(data);
  return (index: number) => samples[index]!;
}

/** A WAV file: 16-bit PCM, mono, at `sampleRate` Hz. */
export function writeWav({ samples, sampleRate }: Recording): Buffer {
  const head = wavHead({ bytes: samples.byteLength, channels: 1, sampleRate });
  return Buffer.concat([head, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** A WAV file of two channels: 16-bit PCM. */
export function writeStereoWav(left: Int16Array, right: Int16Array, sampleRate: number): Buffer {
  const { buffer, byteLength } = interleave(left, right);
  const head = wavHead({ bytes: byteLength, channels: 2, sampleRate });
  return Buffer.concat([head, new Uint8Array(buffer)]);
}

/** The first 44 bytes of a WAV file: so many bytes of 16-bit PCM follow, the channels' samples in turn. */
export function wavHead(audio: { bytes: number; channels: 1 | 2; sampleRate: number }): Buffer {
  const { bytes, channels, sampleRate } = audio;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(PCM, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * 2 * channels, 28);
  head.writeUInt16LE(2 * channels, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return head;
}
