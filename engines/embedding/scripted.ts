import type { EmbeddingEngine } from './engine.ts';

const DIMENSIONS = 384;

/**
 * The same vector for the same words, whatever their order, case and punctuation; near ones for texts that share
 * words: for tests and benchmarks.
 */
export function createScriptedEmbedding(): EmbeddingEngine {
  return {
    name: 'scripted',
    dimensions: DIMENSIONS,
    async warmUp() {},
    embed: async (texts) => texts.map(vectorOf),
    async close() {},
  };
}

/** Each word adds a direction of its own; the sum is brought to unit length. */
function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    let state = hash(word);
    for (let i = 0; i < DIMENSIONS; i++) {
      // Marsaglia's xorshift, 32 bits.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      vector[i]! += state / 2 ** 31;
    }
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** FNV-1a; never 0, where xorshift would stay. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(word)) value = Math.imul(value ^ byte, 0x01000193);
  return value || 1;
}
