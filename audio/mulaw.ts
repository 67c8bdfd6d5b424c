/**
 * G.711 μ-law (ITU-T G.711, table 2): what telephone lines carry, one byte a sample.
 * Both ways by lookup: 256 entries to decode, 65,536 to encode.
 */

const BIAS = 0x84;
const CLIP = 32_635;

const decoded = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? BIAS - magnitude : magnitude - BIAS;
});

/** Indexed by the sample's 16 bits taken as unsigned. */
const encoded = Uint8Array.from({ length: 65_536 }, (_, index) => {
  const sample = (index << 16) >> 16;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
});

/** μ-law bytes → samples of 16 bits, one a byte, put into `samples`. */
export function decodeMulaw(
  bytes: Uint8Array,
  samples: Int16Array = new Int16Array(bytes.length),
): Int16Array {
  for (let i = 0; i < bytes.length; i++) samples[i] = decoded[bytes[i]!]!;
  return samples;
}

/** Samples of 16 bits → μ-law bytes, one a sample. */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = encoded[samples[i]! & 0xffff]!;
  return bytes;
}
