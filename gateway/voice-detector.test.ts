import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { MediaFormat } from '../audio/format.ts';
import { resample } from '../audio/resample.ts';
import { readWav } from '../audio/wav.ts';
import { loadConfig } from '../config/load.ts';
import { EngineError } from '../engines/error.ts';
import { createVadEngine } from '../engines/vad/create.ts';
import type { VadEngine } from '../engines/vad/engine.ts';
import { Happenings } from '../test/gateway/wait.ts';
import { VoiceDetector } from './voice-detector.ts';

const WINDOW_MS = 32;

interface Noticed {
  kind: 'started' | 'stopped' | 'error';
  audioMs?: number;
  /** Windows that the engine had judged by then. */
  after: number;
}

/** A detector whose engine says what the test tells it, a probability a window. */
class Bench {
  readonly noticed = new Happenings<Noticed>();
  readonly judged = new Happenings<number>();
  readonly detector: VoiceDetector;
  /** What it is told when it asks whether it hears the bot. */
  readonly echoes: boolean[] = [];
  private wanted = 0;

  constructor(
    private readonly probabilities: (number | EngineError)[],
    stopMs = 200,
    format: MediaFormat = { encoding: 'pcm16', sampleRate: 8_000 },
  ) {
    const vad: VadEngine = {
      name: 'told',
      warmUp: async () => undefined,
      open: (rate) => ({
        windowSamples: (rate * WINDOW_MS) / 1_000,
        next: async () => {
          const told = this.probabilities[this.judged.all.length] ?? 0;
          this.judged.add(0);
          if (told instanceof EngineError) throw told;
          return told;
        },
        close: () => undefined,
      }),
      close: async () => undefined,
    };
    const note = (kind: Noticed['kind'], audioMs?: number) =>
      this.noticed.add({ kind, audioMs, after: this.judged.all.length });
    this.detector = new VoiceDetector(vad, format, stopMs, {
      onStarted: (_, audioMs) => note('started', audioMs),
      onStopped: (_, audioMs) => note('stopped', audioMs),
      onError: () => note('error'),
      isEcho: (samples) => samples.length === 3 * 256 && (this.echoes.shift() ?? false),
    });
  }

  /** As many windows of one level as that, and the engine's judgement of them. */
  async hear(windows: number, level = 8_000) {
    this.wanted += windows;
    this.detector.write(Buffer.from(new Int16Array(windows * 256).fill(level).buffer));
    await this.judged.until(() => this.judged.all.length === this.wanted);
    await Promise.resolve();
  }
}

const voice = (windows: number, probability = 0.9) => Array.from({ length: windows }, () => probability);

describe('the voice detector', () => {
  test('begins speech after 96 ms of it, at its first window', async () => {
    const bench = new Bench([0, 0, ...voice(10)]);
    await bench.hear(12);
    expect(bench.noticed.all).toEqual([{ kind: 'started', audioMs: 64, after: 5 }]);
    bench.detector.close();
  });

  test('takes the bot’s echo for no speech, and hears the caller who speaks over it', async () => {
    const bench = new Bench(voice(20));
    bench.echoes.push(true, true);
    await bench.hear(12);
    expect(bench.noticed.all).toEqual([{ kind: 'started', audioMs: 6 * WINDOW_MS, after: 9 }]);
    bench.detector.close();
  });

  test('takes a click for no speech', async () => {
    const bench = new Bench([...voice(2), 0, ...voice(2), 0, ...voice(2)]);
    await bench.hear(20);
    expect(bench.noticed.all).toEqual([]);
  });

  test('needs a firm beginning, then a fainter voice keeps it going', async () => {
    const faint = new Bench(voice(10, 0.4));
    await faint.hear(10);
    expect(faint.noticed.all).toEqual([]);
    const firm = new Bench([0.6, ...voice(10, 0.4)]);
    await firm.hear(11);
    expect(firm.noticed.all).toHaveLength(1);
    firm.detector.close();
  });

  test('ends speech after 200 ms of silence, and says when the last of it was', async () => {
    const bench = new Bench(voice(10));
    await bench.hear(20);
    expect(bench.noticed.all[1]).toEqual({ kind: 'stopped', audioMs: 320, after: 16 });
  });

  test('a process that stood still does not end speech whose audio waits on the socket', async () => {
    const bench = new Bench(voice(20));
    const server = createServer((socket) => socket.on('data', (audio) => bench.detector.write(audio)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await Promise.all([once(server, 'connection'), once(client, 'connect')]);
    await bench.hear(10);
    client.write(Buffer.from(new Int16Array(10 * 256).fill(8_000).buffer));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    await bench.judged.until(() => bench.judged.all.length === 20);
    expect(bench.noticed.all).toEqual([{ kind: 'started', audioMs: 0, after: 3 }]);
    // Nothing more comes: that ends it.
    await bench.noticed.first(({ kind }) => kind === 'stopped');
    expect(bench.noticed.all[1]).toEqual({ kind: 'stopped', audioMs: 20 * WINDOW_MS, after: 20 });
    client.destroy();
    server.close();
  });

  test('a longer silence may be asked for', async () => {
    const bench = new Bench(voice(10), 480);
    await bench.hear(30);
    expect(bench.noticed.all[1]).toEqual({ kind: 'stopped', audioMs: 320, after: 25 });
  });

  test('a breath in between does not end it', async () => {
    const bench = new Bench([...voice(10), 0, 0, 0, 0, 0, ...voice(10)]);
    await bench.hear(40);
    expect(bench.noticed.all.map(({ kind, audioMs }) => [kind, audioMs])).toEqual([
      ['started', 0],
      ['stopped', 800],
    ]);
  });

  test('what is 40 dB fainter than the voice is silence, though the engine still hears one', async () => {
    const bench = new Bench(voice(40));
    await bench.hear(10);
    await bench.hear(10, 60);
    expect(bench.noticed.all[1]).toEqual({ kind: 'stopped', audioMs: 320, after: 16 });
  });

  test('a voice has ended where only the noise of the line is left, though the engine hears speech in it', async () => {
    const bench = new Bench([...voice(10, 0), ...voice(60)]);
    await bench.hear(10, 1_500);
    await bench.hear(20, 8_000);
    await bench.hear(30, 1_500);
    // Three windows in which the voice still rings, then twelve: half of them count.
    expect(bench.noticed.all).toEqual([
      { kind: 'started', audioMs: 320, after: 13 },
      { kind: 'stopped', audioMs: (45 - 6) * WINDOW_MS, after: 45 },
    ]);
  });

  test('and speech begins again with the voice, not with the noise', async () => {
    const bench = new Bench([...voice(10, 0), ...voice(90)]);
    for (const [windows, level] of [
      [10, 1_500],
      [20, 8_000],
      [40, 1_500],
      [10, 5_000],
    ])
      await bench.hear(windows!, level);
    expect(bench.noticed.all.slice(2)).toEqual([{ kind: 'started', audioMs: 70 * WINDOW_MS, after: 73 }]);
    bench.detector.close();
  });

  test('a voice hardly louder than the line is followed as the engine hears it', async () => {
    const bench = new Bench([...voice(10, 0), ...voice(60)]);
    await bench.hear(10, 4_000);
    await bench.hear(20, 8_000);
    await bench.hear(40, 4_000);
    expect(bench.noticed.all).toHaveLength(1);
    bench.detector.close();
  });

  test('frames of any length come to the same', async () => {
    const bench = new Bench(voice(10));
    const audio = Buffer.from(new Int16Array(20 * 256).fill(8_000).buffer);
    for (let at = 0; at < audio.length; at += 90) bench.detector.write(audio.subarray(at, at + 90));
    await bench.noticed.first(({ kind }) => kind === 'stopped');
    expect(bench.noticed.all.map(({ audioMs }) => audioMs)).toEqual([0, 320]);
  });

  test('an engine that fails is told of, and the detector goes on', async () => {
    const failure = new EngineError('told', 'no', { retryable: true });
    const bench = new Bench([failure, ...voice(10)]);
    await bench.hear(20);
    expect(bench.noticed.all.map(({ kind }) => kind)).toEqual(['error', 'started', 'stopped']);
  });

  test('a burst beyond 5 s is left out, not kept', async () => {
    const bench = new Bench(voice(1_000));
    bench.detector.write(Buffer.from(new Int16Array(1_000 * 256).fill(8_000).buffer));
    await bench.noticed.first(({ kind }) => kind === 'stopped');
    expect(bench.judged.all.length).toBeLessThanOrEqual(160);
  });

  test('closing ends speech, once', async () => {
    const bench = new Bench(voice(100));
    await bench.hear(10);
    bench.detector.close();
    bench.detector.write(Buffer.from(new Int16Array(256).buffer));
    await bench.judged.until(() => bench.judged.all.length === 11);
    expect(bench.noticed.all.map(({ kind }) => kind)).toEqual(['started', 'stopped']);
  });
});

describe('with Silero', () => {
  const rates = [8_000, 16_000] as const;

  test.each(rates)('a caller at %i Hz is heard from the first word to the last', async (sampleRate) => {
    const config = loadConfig();
    const vad = createVadEngine(config);
    await vad.warmUp();
    const file = new URL('../test/recordings/balance.wav', import.meta.url);
    const recording = readWav(readFileSync(file));
    const speech = resample(recording.samples, recording.sampleRate, sampleRate);
    const noticed = new Happenings<{ kind: string; audioMs: number }>();
    const format: MediaFormat = { encoding: 'pcm16', sampleRate };
    const detector = new VoiceDetector(vad, format, 200, {
      onStarted: (_, audioMs) => noticed.add({ kind: 'started', audioMs }),
      onStopped: (_, audioMs) => noticed.add({ kind: 'stopped', audioMs }),
      onError: (error) => {
        throw error;
      },
    });
    const silence = new Int16Array(sampleRate);
    for (const part of [silence, speech, silence]) {
      detector.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    }
    const loud = Array.from(speech.keys()).filter((i) => Math.abs(speech[i]!) > 150);
    const at = (sample: number) => 1_000 + (sample * 1_000) / sampleRate;
    const last = at(loud.at(-1)!);
    await noticed.first(({ kind, audioMs }) => kind === 'stopped' && audioMs > last - 100);
    expect(Math.abs(noticed.all[0]!.audioMs - at(loud[0]!))).toBeLessThan(100);
    expect(Math.abs(noticed.all.at(-1)!.audioMs - last)).toBeLessThan(100);
    detector.close();
    await vad.close();
  });
});
