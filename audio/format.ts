import { z } from 'zod';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';

/** What a caller's socket carries, both ways: mono, μ-law or 16-bit little-endian. */
export const mediaFormatSchema = z.object({
  encoding: z.enum(['mulaw', 'pcm16']),
  sampleRate: z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000), z.literal(48_000)]),
});
export type MediaFormat = z.infer<typeof mediaFormatSchema>;

/**
 * Bytes off a socket → samples. A last odd byte of 16-bit audio is no sample and is left out. Where they fit into `room`
 * they are put there, and hold until it is used again.
 */
export function toSamples({ encoding }: MediaFormat, bytes: Uint8Array, room?: Int16Array): Int16Array {
  const count = encoding === 'mulaw' ? bytes.length : bytes.length >> 1;
  const samples = room && count <= room.length ? room.subarray(0, count) : new Int16Array(count);
  if (encoding === 'mulaw') return decodeMulaw(bytes, samples);
  // Through bytes, since a frame may begin at an odd address. Every platform of Node's is little-endian here.
  new Uint8Array(samples.buffer, samples.byteOffset).set(bytes.subarray(0, samples.byteLength));
  return samples;
}

/** Samples → bytes for a socket. For 16-bit audio they share the samples' memory. */
export function fromSamples(format: MediaFormat, samples: Int16Array): Uint8Array {
  if (format.encoding === 'mulaw') return encodeMulaw(samples);
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Bytes of 1 ms of audio. */
export const bytesPerMs = ({ encoding, sampleRate }: MediaFormat) =>
  (sampleRate / 1_000) * (encoding === 'pcm16' ? 2 : 1);
