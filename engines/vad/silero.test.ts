import { describe, expect, test } from 'vitest';
import { recording } from '../../test/contracts/audio.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { vadContract } from '../../test/contracts/vad.ts';
import { createSilero } from './silero.ts';
import { SileroStream } from './silero-stream.ts';

vadContract('silero', () => createSilero(modelFolder()));

describe('silero', () => {
  test('a hundred callers in the same moment are all answered alike', async () => {
    const engine = createSilero(modelFolder());
    const words = recording('hours', 8_000).subarray(2_400);
    const streams = Array.from({ length: 100 }, () => engine.open(8_000));
    for (let window = 0; window < 20; window++) {
      const samples = words.subarray(window * 256, (window + 1) * 256);
      const [first, ...others] = await Promise.all(streams.map((stream) => stream.next(samples)));
      for (const other of others) expect(other).toBeCloseTo(first!, 4);
    }
    await engine.close();
  });

  test('a missing model is named, with what fetches it', () => {
    expect(() => createSilero('/nowhere')).toThrow(/silero_vad_op18_ifless\.onnx is missing; `npm start`/);
  });
});

describe('a stream', () => {
  /** A stream whose model gives these probabilities, and the number of windows that it was asked about. */
  function setUp(probability: (window: number) => number) {
    const counter = { asked: 0 };
    const stream = new SileroStream(8_000, (due) => {
      queueMicrotask(() => due.take(probability(counter.asked++)));
    });
    return { stream, counter };
  }
  const silence = () => new Int16Array(256);
  const idle = () => Int16Array.from({ length: 256 }, (_, i) => (i % 2 ? 8 : -8));
  const loud = () => new Int16Array(256).fill(500);

  test('asks no more about silence once it has lasted', async () => {
    const { stream, counter } = setUp(() => 0.02);
    for (let i = 0; i < 50; i++) expect(await stream.next(i % 2 ? silence() : idle())).toBe(0.02);
    expect(counter.asked).toBe(8);
    await stream.next(loud());
    expect(counter.asked).toBe(9);
    await stream.next(silence());
    expect(counter.asked).toBe(10);
  });

  test('asks on about silence while the model hears speech in it', async () => {
    const { stream, counter } = setUp((window) => (window < 20 ? 0.6 : 0.02));
    for (let i = 0; i < 50; i++) await stream.next(silence());
    expect(counter.asked).toBe(28);
  });

  test('hands the end of each window on to the next, skipped ones included', async () => {
    const inputs: Float32Array[] = [];
    const stream = new SileroStream(8_000, (due) => {
      const input = new Float32Array(due.inputSamples);
      due.layOut(input);
      inputs.push(input);
      queueMicrotask(() => due.take(0.02));
    });
    await stream.next(loud());
    expect(inputs[0]!.slice(0, 32)).toEqual(new Float32Array(32));
    for (let i = 0; i < 20; i++) await stream.next(idle());
    expect(inputs[1]!.slice(0, 32)).toEqual(new Float32Array(32).fill(500 / 32_768));
    await stream.next(silence());
    await stream.next(loud());
    expect(inputs.at(-1)!.slice(30, 33)).toEqual(Float32Array.of(0, 0, 500 / 32_768));
  });

  test('refuses audio that comes faster than it can be looked at, and any once it is closed', async () => {
    const stream = new SileroStream(8_000, () => undefined);
    for (let i = 0; i < 64; i++) void stream.next(loud());
    await expect(stream.next(loud())).rejects.toMatchObject({ retryable: true });
    stream.close();
    await expect(stream.next(loud())).rejects.toThrow('closed');
  });
});
