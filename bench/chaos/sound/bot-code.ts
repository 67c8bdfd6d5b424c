import { decodeMulaw } from '../../../audio/mulaw.ts';

/**
 * A sentence as sound that says of each of its 20 ms which sentence it is and which part of it. The μ-law bytes of a
 * telephone line carry it: 8 kHz audio passes the platform unchanged.
 */

export const botRate = 8_000;
const PART_SAMPLES = 160;
export const partMs = (PART_SAMPLES * 1_000) / botRate;
const MS_PER_CHARACTER = 24;

/** Loud negative samples, none of which a digit is. */
const MAGIC = [0x01, 0x11, 0x01, 0x31];
/** The sixteen loudest positive samples. */
const DIGIT = 0x80;
const FILLER = 0x21;
const DIGITS = 16;

/** 20 ms of a sentence. */
export interface Part {
  /** Of the sentence's words, 32 bits. */
  hash: number;
  index: number;
  /** Parts of the sentence. */
  total: number;
}

/** FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The sentence as samples at 8 kHz. */
export function voiceOf(text: string): Int16Array {
  const total = Math.max(1, Math.round((text.length * MS_PER_CHARACTER) / partMs));
  const hash = hashOf(text);
  const bytes = Buffer.alloc(total * PART_SAMPLES, FILLER);
  for (let index = 0; index < total; index++) {
    const digits = [...nibbles(hash, 8), ...nibbles(index, 4), ...nibbles(total, 4)];
    bytes.set([...MAGIC, ...digits.map((digit) => DIGIT + digit)], index * PART_SAMPLES);
  }
  return decodeMulaw(bytes);
}

const nibbles = (value: number, count: number) =>
  Array.from({ length: count }, (_, i) => (value >>> (4 * (count - 1 - i))) & 0xf);

/** Finds the parts in μ-law bytes as they come, wherever they are cut. */
export class PartReader {
  private rest = Buffer.alloc(0);

  /** The parts that begin in these bytes or just before, with the place of each, in bytes from the start of `bytes`. */
  read(bytes: Buffer): (Part & { at: number })[] {
    const before = this.rest.length;
    const all = Buffer.concat([this.rest, bytes]);
    const parts: (Part & { at: number })[] = [];
    const needed = MAGIC.length + DIGITS;
    let at = 0;
    while (at + needed <= all.length) {
      const part = partAt(all, at);
      if (part) parts.push({ ...part, at: at - before });
      at += part ? needed : 1;
    }
    this.rest = all.subarray(at);
    return parts;
  }
}

function partAt(bytes: Buffer, at: number): Part | undefined {
  if (!MAGIC.every((byte, i) => bytes[at + i] === byte)) return undefined;
  const digits = [...bytes.subarray(at + MAGIC.length, at + MAGIC.length + DIGITS)].map((b) => b - DIGIT);
  if (digits.some((digit) => digit < 0 || digit > 0xf)) return undefined;
  const valueOf = (part: number[]) => part.reduce((value, digit) => value * 16 + digit, 0);
  return {
    hash: valueOf(digits.slice(0, 8)),
    index: valueOf(digits.slice(8, 12)),
    total: valueOf(digits.slice(12)),
  };
}
