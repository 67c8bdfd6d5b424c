import { writeFile } from 'node:fs/promises';
import { SentenceCutter } from '../../activities/reply/sentences.ts';
import { writeWav } from '../../audio/wav.ts';
import { ttsEngines } from '../../config/schema.ts';
import { createTtsEngine } from '../../engines/tts/create.ts';
import type { TtsEngine } from '../../engines/tts/engine.ts';
import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { configFor } from '../engine-option.ts';
import { CliError, usageError } from '../error.ts';

/** Two minutes of speech, characters. */
const LONGEST_TEXT = 2_000;

export class TtsTest extends OrkestraCommand {
  static override paths = [['tts-test']];

  static override usage = Command.Usage({
    description: 'let one voice say something',
    details: `
      Has a voice say a text, sentence by sentence, as a call does; writes it into a WAV file and tells how long it
      took: until the first audio, and in all. The real-time factor is the time in all, as a share of the speech's
      length. Nothing is played.
    `,
    examples: [
      ['The configured voice', '$0 tts-test "Your balance is $412.50."'],
      ['Another one', '$0 tts-test "Hello." --engine openai --voice nova --output hello.wav'],
    ],
  });

  text = Option.String({ name: 'TEXT' });
  engine = Option.String('--engine', { description: `one of ${ttsEngines.join(', ')}` });
  voice = Option.String('--voice', 'default', { description: 'one of the engine’s voices' });
  output = Option.String('--output', 'speech.wav', {
    description: 'the WAV file to write; speech.wav by default',
  });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    if (!/[\p{L}\p{N}]/u.test(this.text) || this.text.length > LONGEST_TEXT) {
      throw usageError(`TEXT: give 1 to ${LONGEST_TEXT} characters with a word in them.`);
    }
    const config = configFor('tts', this.engine, ttsEngines);
    const engine = createTtsEngine(config);
    try {
      const loading = performance.now();
      await engine.warmUp();
      const loadMs = Math.round(performance.now() - loading);
      const { samples, firstAudioMs, totalMs } = await say(engine, this.text, this.voice);
      const audioSeconds = Number((samples.length / engine.sampleRate).toFixed(3));
      const realTimeFactor = Number((totalMs / 1_000 / audioSeconds).toFixed(3));
      await this.write(writeWav({ samples, sampleRate: engine.sampleRate }));
      const facts = { engine: engine.name, voice: this.voice, sampleRate: engine.sampleRate, loadMs };
      const times = { firstAudioMs, totalMs, audioSeconds, realTimeFactor };
      if (this.json) return this.printJson({ ...facts, ...times, output: this.output });
      this.print(`${engine.name}, ready after ${loadMs} ms, voice ${this.voice}, ${engine.sampleRate} Hz`);
      this.print(
        `first audio after ${firstAudioMs} ms, all ${audioSeconds.toFixed(1)} s of it after ${totalMs} ms`,
      );
      this.print(`real-time factor ${realTimeFactor}`);
      this.print(`written to ${this.output}`);
    } finally {
      await engine.close();
    }
  }

  private async write(wav: Buffer) {
    try {
      await writeFile(this.output, wav);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw usageError(`--output ${this.output}: ${problems[code!] ?? `it can't be written (${code}).`}`);
    }
  }
}

const problems: Record<string, string> = {
  ENOENT: 'there is no such folder.',
  ENOTDIR: 'there is no such folder.',
  EISDIR: 'this is a folder; name a WAV file.',
  EACCES: 'you may not write there.',
};

async function say(engine: TtsEngine, text: string, voice: string) {
  const cutter = new SentenceCutter();
  const sentences = [...cutter.push(text), ...cutter.flush()];
  const { signal } = new AbortController();
  const pieces: Int16Array[] = [];
  const start = performance.now();
  let firstAudioMs: number | undefined;
  for (const sentence of sentences) {
    for await (const piece of engine.synthesize({ text: sentence, voice, speed: 1 }, signal)) {
      firstAudioMs ??= Math.round(performance.now() - start);
      pieces.push(piece);
    }
  }
  if (firstAudioMs === undefined) throw new CliError(`${engine.name} gave no audio for this text.`);
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return { samples, firstAudioMs, totalMs: Math.round(performance.now() - start) };
}
