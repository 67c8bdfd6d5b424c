import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../audio/mulaw.ts';
import { resample } from '../../audio/resample.ts';
import { frames, joined, noise, recording, remark } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { sttContract } from '../../test/contracts/stt.ts';
import { wordErrorRate } from './word-error-rate.ts';
import { createPiper } from '../tts/piper.ts';
import type { SttEngine } from './engine.ts';
import { createMoonshine } from './moonshine.ts';

sttContract(
  'moonshine',
  () => createMoonshine(modelFolder()),
  async () => ({
    samples: recording('rate', 16_000),
    words: 'What is the interest rate on a personal loan?',
  }),
);

const SENTENCES = [
  'What is the balance of my account?',
  'I would like a loan of ten thousand dollars over three years.',
  'I missed a payment last month and I need a payment plan.',
  'Can I speak to a human agent about my mortgage?',
  "No thank you, that's all I need today. Goodbye.",
];

describe('moonshine', () => {
  let engine: SttEngine;

  beforeAll(async () => {
    engine = createMoonshine(modelFolder());
    await engine.warmUp();
  });
  afterAll(() => engine?.close());

  const hear = async (samples: Int16Array) => {
    const stream = engine.open({ language: 'en', onPartial: () => undefined });
    for (const frame of frames(samples, 16_000, 100)) stream.write(frame);
    const { text } = await stream.finalize();
    stream.close();
    return text;
  };

  describe('hears what piper says', () => {
    let spoken: { words: string; samples: Int16Array; sampleRate: number }[];

    beforeAll(async () => {
      const voice = createPiper(modelFolder());
      spoken = await Promise.all(
        SENTENCES.map(async (words) => {
          const request = { text: words, voice: 'default', speed: 1 };
          const pieces: Int16Array[] = [];
          for await (const piece of voice.synthesize(request, new AbortController().signal))
            pieces.push(piece);
          return { words, samples: joined(pieces), sampleRate: voice.sampleRate };
        }),
      );
      await voice.close();
    });

    test.each([
      ['at 16 kHz', (samples: Int16Array, rate: number) => resample(samples, rate, 16_000)],
      [
        'over a telephone line',
        (samples: Int16Array, rate: number) =>
          resample(decodeMulaw(encodeMulaw(resample(samples, rate, 8_000))), 8_000, 16_000),
      ],
    ])('%s', async (_, line) => {
      const rates: number[] = [];
      for (const { words, samples, sampleRate } of spoken) {
        rates.push(wordErrorRate(await hear(line(samples, sampleRate)), words));
      }
      // The voice never says a sentence twice in the same way: one word in eight is room for that.
      expect(rates.reduce((sum, rate) => sum + rate) / rates.length).toBeLessThan(0.125);
    });
  });

  test('text is written as people write it', async () => {
    expect(await hear(recording('balance', 16_000))).toMatch(/^What is my account balance[?.]$/);
  });

  test.each([
    ['silence', new Int16Array(48_000)],
    ['a click', new Int16Array(8_000).fill(8_000, 0, 160)],
    ['faint noise', noise(48_000, 30)],
    ['loud noise', noise(48_000, 5_000)],
    ['a burst of noise', joined([new Int16Array(8_000), noise(8_000, 3_000), new Int16Array(8_000)])],
    [
      'a tone',
      Int16Array.from({ length: 32_000 }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / 16_000)),
    ],
    ['a tenth of a second of speech', recording('loan', 16_000).subarray(5_600, 7_200)],
  ])('%s holds no words', async (_, samples) => {
    expect(await hear(samples)).toBe('');
  });

  test('half a minute without a pause worth the name is heard to its end', async () => {
    const names = ['loan', 'card', 'human', 'rate', 'hours', 'balance', 'loan', 'card', 'human', 'rate'];
    // Of the silence around each, 0.1 s is left.
    const speech = joined(names.map((name) => recording(name, 16_000).subarray(4_000, -12_000)));
    expect(speech.length / 16_000).toBeGreaterThan(25);
    const loan = 'I would like a loan of ten thousand dollars over three years.';
    const card = 'I lost my credit card yesterday and need a new one.';
    const human = 'Can I speak to a human agent?';
    const rate = 'What is the interest rate on a personal loan?';
    const rest = 'What are your opening hours? What is my account balance?';
    const said = [loan, card, human, rate, rest, loan, card, human, rate].join(' ');
    expect(wordErrorRate(await hear(speech), said)).toBeLessThan(0.12);
  });

  describe('tells a sign of listening from a request by its sound', () => {
    const odds = async (file: string) => {
      const stream = engine.open({ language: 'en', onPartial: () => undefined });
      stream.write(resample(...remark(file), 16_000));
      const heard = await stream.listeningOdds!();
      stream.close();
      return heard!;
    };

    test.each(['uh-huh-am', 'mm-hmm-bm', 'i-see-af', 'yeah-okay-bf'])('%s is a sign', async (name) => {
      expect(await odds(`backchannels/${name}`)).toBeGreaterThan(0);
    });

    test.each(['please-stop-amonyx', 'repeat-that-afsarah', 'somebody-else-bflily'])(
      '%s is none',
      async (name) => {
        expect(await odds(`held-out/request-${name}`)).toBeLessThan(0);
      },
    );
  });

  test('other work goes on while it recognises', async () => {
    let turns = 0;
    let busy = true;
    const turn = () => {
      turns++;
      if (busy) setImmediate(turn);
    };
    turn();
    await hear(recording('goodbye', 16_000));
    busy = false;
    expect(turns).toBeGreaterThan(20);
  });

  test('a missing model is named, with what fetches it', () => {
    expect(() => createMoonshine('/nowhere')).toThrow(
      /^moonshine: the model file \/nowhere\/moonshine-tiny-en\/encoder_model\.ort is missing; `npm start`/,
    );
  });
});
