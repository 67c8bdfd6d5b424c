import { describe, expect, test } from 'vitest';
import { piperModel, piperTokens, type PiperVoice } from './piper-model.ts';

const voice: PiperVoice = {
  audio: { sample_rate: 22_050 },
  espeak: { voice: 'en-us' },
  num_speakers: 1,
  language: { name_english: 'English' },
  phoneme_id_map: { _: [0], ' ': [3], ə: [59, 60], '1': [131] },
};

describe('a Piper voice for sherpa-onnx', () => {
  test('each phoneme becomes a line with its first number, digits in their place', () => {
    expect(piperTokens(voice)).toBe('_ 0\n  3\nə 59\n1 131\n');
  });

  test('the model is followed by its metadata, as protobuf fields', () => {
    const onnx = Buffer.from('model');
    const whole = piperModel(onnx, voice);
    expect(whole.subarray(0, 5).toString()).toBe('model');
    const entries: Record<string, string> = {};
    for (let at = 5; at < whole.length;) {
      expect(whole[at]).toBe((14 << 3) | 2);
      const entry = whole.subarray(at + 2, at + 2 + whole[at + 1]!);
      const keyEnd = 2 + entry[1]!;
      expect([entry[0], entry[keyEnd], entry[keyEnd + 1]]).toEqual([10, 18, entry.length - keyEnd - 2]);
      entries[entry.toString('utf8', 2, keyEnd)] = entry.toString('utf8', keyEnd + 2);
      at += 2 + entry.length;
    }
    expect(entries).toEqual({
      model_type: 'vits',
      comment: 'piper',
      language: 'English',
      voice: 'en-us',
      has_espeak: '1',
      n_speakers: '1',
      sample_rate: '22050',
    });
  });

  test('a name too long for the metadata is refused', () => {
    const long = { ...voice, espeak: { voice: 'x'.repeat(200) } };
    expect(() => piperModel(Buffer.alloc(0), long)).toThrow(/longer than 127 bytes/);
  });
});
