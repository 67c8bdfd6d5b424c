import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resample } from '../../audio/resample.ts';
import { provision } from '../../deploy/local/provision.ts';
import { shippedManifest } from '../../deploy/local/manifest.ts';
import { joined } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { ttsContract } from '../../test/contracts/tts.ts';
import { createMoonshine } from '../stt/moonshine.ts';
import { wordErrorRate } from '../stt/word-error-rate.ts';
import type { TtsEngine } from './engine.ts';
import { createKokoro } from './kokoro.ts';
import { kokoroPhonemes } from './phonemes.ts';

beforeAll(async () => {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  await provision({ folder: modelFolder(), manifest: shippedManifest(['kokoro']), report });
});

/** A slow engine on cores that other tests use too, ms. */
const PATIENCE = 240_000;

ttsContract('kokoro', () => createKokoro(modelFolder()), PATIENCE);

describe('kokoro', { timeout: PATIENCE }, () => {
  let engine: TtsEngine;
  beforeAll(async () => {
    engine = createKokoro(modelFolder());
    await engine.warmUp();
  });
  afterAll(() => engine?.close());

  const say = async (text: string, voice: string) => {
    const pieces: Int16Array[] = [];
    const signal = new AbortController().signal;
    for await (const piece of engine.synthesize({ text, voice, speed: 1 }, signal)) pieces.push(piece);
    return joined(pieces);
  };

  test.each(['af_heart', 'bm_george'])('what %s says is understood', async (voice) => {
    const words = 'I would like a loan of ten thousand dollars, over three years.';
    const recogniser = createMoonshine(modelFolder());
    const stream = recogniser.open({ language: 'en', onPartial: () => undefined });
    stream.write(resample(await say(words, voice), engine.sampleRate, 16_000));
    const { text } = await stream.finalize();
    stream.close();
    await recogniser.close();
    expect(wordErrorRate(text, words)).toBeLessThan(0.2);
  });

  test('another voice is refused', async () => {
    await expect(say('Yes.', 'joe')).rejects.toMatchObject({
      message: 'kokoro: has no voice "joe"; there are default, af_heart, bm_george',
      retryable: false,
    });
  });

  test('a missing model is named', () => {
    expect(() => createKokoro('/nowhere')).toThrow(
      'kokoro: the model file /nowhere/kokoro/model.onnx is missing; `orkestra provision --with kokoro` fetches it',
    );
  });
});

test('phonemes keep the punctuation that pauses are read from', async () => {
  expect(await kokoroPhonemes('Hello, world! Right?', 'en-us')).toBe('həlˈoʊ, wˈɜːld! ɹˈaɪt?');
});
