import { describe, expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';

describe('μ-law', () => {
  test('codes decode to the values of G.711', () => {
    const codes = [0xff, 0x7f, 0xfe, 0x7e, 0xf0, 0xef, 0xe0, 0xdf, 0xcf, 0x80, 0x00];
    const values = [0, 0, 8, -8, 120, 132, 372, 396, 924, 32_124, -32_124];
    expect([...decodeMulaw(Uint8Array.from(codes))]).toEqual(values);
  });

  test('silence, the extremes and full scale encode to the codes of G.711', () => {
    const samples = Int16Array.from([0, 8, -8, 120, 1_000, -1_000, 32_767, -32_768]);
    expect([...encodeMulaw(samples)]).toEqual([0xff, 0xfe, 0x7e, 0xf0, 0xce, 0x4e, 0x80, 0x00]);
  });

  test('every code survives a round trip, the two zeros apart', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const back = encodeMulaw(decodeMulaw(codes));
    for (const code of codes) expect(back[code]).toBe(code === 0x7f ? 0xff : code);
  });

  test('every sample comes back within half a quantisation step', () => {
    const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const back = decodeMulaw(encodeMulaw(samples));
    for (let i = 0; i < samples.length; i++) {
      const magnitude = Math.min(Math.abs(samples[i]!), 32_635) + 0x84;
      const step = 2 ** (Math.floor(Math.log2(magnitude)) - 4);
      const clipped = Math.sign(samples[i]!) * (magnitude - 0x84);
      if (Math.abs(back[i]! - clipped) > step / 2) expect.fail(`${samples[i]} came back as ${back[i]}`);
    }
  });
});
