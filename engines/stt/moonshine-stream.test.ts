import { describe, expect, test } from 'vitest';
import { noise } from '../../test/contracts/audio.ts';
import { MoonshineStream, type Recognise } from './moonshine-stream.ts';

const seconds = (length: number) => noise(length * 16_000, 3_000);
const pause = (length: number) => new Int16Array(length * 16_000);

/** A stream over a recogniser that writes what it was given, `2.0s`, once it is let. */
function setUp() {
  const queue: { urgent: boolean; begin(): Promise<void> }[] = [];
  const partials: string[] = [];
  const decoded: string[] = [];
  const recognise: Recognise = ({ urgent, signal }, work) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(entry), 1);
        reject(signal!.reason as Error);
      };
      const entry = {
        urgent,
        begin: async () => {
          queue.splice(queue.indexOf(entry), 1);
          signal?.removeEventListener('abort', leave);
          await work(async (samples) => {
            decoded.push(`${(samples.length / 16_000).toFixed(1)}s`);
            return decoded.at(-1)!;
          }).then(resolve, reject);
        },
      };
      signal?.addEventListener('abort', leave);
      queue.push(entry);
    });
  const stream = new MoonshineStream(recognise, { language: 'en', onPartial: (text) => partials.push(text) });
  return { stream, queue, partials, decoded };
}

describe('the transcript of a turn', () => {
  test('is begun every 600 ms of speech, one at a time, with all there is by then', async () => {
    const { stream, queue, partials } = setUp();
    stream.write(seconds(0.5));
    expect(queue).toHaveLength(0);
    stream.write(seconds(0.2));
    stream.write(seconds(0.8));
    expect(queue).toHaveLength(1);
    await queue[0]!.begin();
    expect(partials).toEqual(['1.5s']);
    stream.write(seconds(0.5));
    expect(queue).toHaveLength(0);
    stream.write(seconds(0.1));
    expect(queue).toMatchObject([{ urgent: false }]);
  });

  test('is begun in a pause, and is then ready when it is asked for', async () => {
    const { stream, queue, decoded } = setUp();
    stream.write(seconds(0.4));
    stream.write(pause(0.1));
    expect(queue).toHaveLength(0);
    stream.write(pause(0.05));
    await queue[0]!.begin();
    stream.write(pause(0.5));
    expect(await stream.finalize()).toEqual({ text: '0.6s' });
    expect(decoded).toEqual(['0.6s']);
    expect(queue).toHaveLength(0);
  });

  test('is made anew if the caller went on', async () => {
    const { stream, queue } = setUp();
    stream.write(seconds(1));
    await queue[0]!.begin();
    stream.write(seconds(0.2));
    const final = stream.finalize();
    expect(queue).toMatchObject([{ urgent: true }]);
    await queue[0]!.begin();
    expect(await final).toEqual({ text: '1.2s' });
  });

  test('does not wait for a partial that has not begun', async () => {
    const { stream, queue, partials } = setUp();
    stream.write(seconds(1));
    const final = stream.finalize();
    expect(queue).toMatchObject([{ urgent: true }]);
    await queue[0]!.begin();
    expect(await final).toEqual({ text: '1.0s' });
    expect(partials).toEqual([]);
  });

  test('asked for twice at once is made once', async () => {
    const { stream, queue, decoded } = setUp();
    stream.write(seconds(1));
    const both = [stream.finalize(), stream.finalize()];
    await queue[0]!.begin();
    expect(await Promise.all(both)).toEqual([{ text: '1.0s' }, { text: '1.0s' }]);
    expect(decoded).toEqual(['1.0s']);
  });

  test('of a long turn is made in segments, cut in pauses, each once', async () => {
    const { stream, queue, decoded } = setUp();
    for (const speech of [6, 6.5, 4]) {
      stream.write(seconds(speech));
      stream.write(pause(0.2));
    }
    const first = stream.finalize();
    await queue[0]!.begin();
    expect(await first).toEqual({ text: '6.1s 6.7s 4.3s' });
    stream.write(seconds(1));
    const second = stream.finalize();
    await queue[0]!.begin();
    expect(await second).toEqual({ text: '6.1s 6.7s 5.3s' });
    expect(decoded).toEqual(['6.1s', '6.7s', '4.3s', '5.3s']);
  });

  test('is of five minutes at the most', async () => {
    const { stream, queue, decoded } = setUp();
    for (let second = 0; second < 320; second++) stream.write(seconds(1));
    const final = stream.finalize();
    await queue[0]!.begin();
    await final;
    const total = decoded.reduce((sum, length) => sum + Number.parseFloat(length), 0);
    expect(total).toBeGreaterThan(295);
    expect(total).toBeLessThan(302);
  });

  test('is told to nobody once the stream is closed', async () => {
    const { stream, queue, partials } = setUp();
    stream.write(seconds(1));
    const underWay = queue[0]!.begin();
    stream.close();
    await underWay;
    await new Promise(setImmediate);
    stream.write(seconds(1));
    expect(partials).toEqual([]);
    expect(queue).toHaveLength(0);
  });

  test('of a closed stream is refused, and one under way dropped', async () => {
    const { stream, queue } = setUp();
    stream.write(seconds(1));
    const final = stream.finalize();
    stream.close();
    await queue[0]!.begin();
    await expect(final).rejects.toThrow('the stream was closed');
    await expect(stream.finalize()).rejects.toThrow('the stream was closed');
  });
});
