import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joined, loudness } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { ttsContract } from '../../test/contracts/tts.ts';
import { EngineError } from '../error.ts';
import type { TtsEngine } from './engine.ts';
import { createPiper } from './piper.ts';

ttsContract('piper', () => createPiper(modelFolder()));

describe('piper', () => {
  let engine: TtsEngine;

  beforeAll(async () => {
    engine = createPiper(modelFolder());
    await engine.warmUp();
  });
  afterAll(() => engine?.close());

  const say = async (text: string, { voice = 'default', speed = 1 } = {}) => {
    const pieces: Int16Array[] = [];
    const signal = new AbortController().signal;
    for await (const piece of engine.synthesize({ text, voice, speed }, signal)) pieces.push(piece);
    return pieces;
  };

  test('a long sentence begins with a short piece', async () => {
    const pieces = await say(
      'I can offer you a loan of ten thousand dollars, at a rate of six percent, which comes to three hundred dollars a month.',
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces[0]!.length).toBeLessThan(joined(pieces).length / 2);
  });

  test('speech begins within 20 ms', async () => {
    for (const text of ['Yes.', 'Hello, how can I help?', 'Your balance is four hundred dollars.']) {
      const [first] = await say(text);
      expect(loudness(first!.subarray(0, engine.sampleRate / 50))).toBeGreaterThan(100);
    }
  });

  test('twice as fast takes about half as long, pauses apart', async () => {
    const text = 'Your balance is four hundred dollars.';
    const normal = joined(await say(text)).length;
    const fast = joined(await say(text, { speed: 2 })).length;
    expect(fast / normal).toBeGreaterThan(0.4);
    expect(fast / normal).toBeLessThan(0.75);
  });

  test('"$10,000.00" takes as long as the words for it', async () => {
    const numeral = joined(await say('$10,000.00')).length;
    const words = joined(await say('ten thousand dollars')).length;
    expect(numeral / words).toBeGreaterThan(0.8);
    expect(numeral / words).toBeLessThan(1.25);
  });

  test('its own voice goes by its name, too; another one is refused', async () => {
    expect(joined(await say('Yes.', { voice: 'joe' })).length).toBeGreaterThan(0);
    const error = await say('Yes.', { voice: 'bella' }).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      message: 'piper: has no voice "bella"; there are default and joe',
      retryable: false,
    });
  });

  test('who waits for speech gets it before those who have speech still to be heard', async () => {
    const long =
      'That settles six hundred dollars over six months with no interest and no fee for you at all.';
    const done: string[] = [];
    const ask = async (name: string, text: string, neededInMs?: number) => {
      const request = { text, voice: 'default', speed: 1, neededInMs };
      for await (const _ of engine.synthesize(request, new AbortController().signal));
      done.push(name);
    };
    await Promise.all([
      ask('in 90 s', long, 90_000),
      ask('in 50 s', long, 50_000),
      ask('in 70 s', long, 70_000),
      ask('now', 'Yes.'),
    ]);
    expect(done).toEqual(['now', 'in 50 s', 'in 70 s', 'in 90 s']);
  });

  test('signs without words are silence', async () => {
    expect(await say('… ?! — 🎉')).toEqual([]);
  });

  test('other work goes on while it synthesises', async () => {
    let turns = 0;
    let busy = true;
    const turn = () => {
      turns++;
      if (busy) setImmediate(turn);
    };
    turn();
    await say('Your balance is four hundred dollars.');
    busy = false;
    expect(turns).toBeGreaterThan(20);
  });

  test('a missing model is named, with what fetches it', () => {
    expect(() => createPiper('/nowhere')).toThrow(
      /voice\.onnx is missing; `npm start` or `orkestra provision`/,
    );
  });
});
