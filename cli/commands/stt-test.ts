import { setTimeout as sleep } from 'node:timers/promises';
import { sttEngines } from '../../config/schema.ts';
import { createSttEngine } from '../../engines/stt/create.ts';
import type { SttEngine } from '../../engines/stt/engine.ts';
import { wordErrorRate } from '../../engines/stt/word-error-rate.ts';
import { CALLER_RATE, readSpeech } from '../caller-recording.ts';
import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { configFor } from '../engine-option.ts';
import { usageError } from '../error.ts';

/** As a caller's socket brings it, ms. */
const FRAME_MS = 20;
/** What a recogniser takes in one turn, s. */
const LONGEST = 300;

export class SttTest extends OrkestraCommand {
  static override paths = [['stt-test']];

  static override usage = Command.Usage({
    description: 'let one recogniser hear a recording',
    details: `
      Plays a WAV file to a speech recogniser at the speed of speech, as a call does, and tells when it understood
      what. Then it hears the file once more, all at once: its real-time factor is the time that takes, as a share of
      the recording's length. With --reference, the words are compared with those that were really said.
    `,
    examples: [
      ['The configured recogniser', '$0 stt-test caller.wav'],
      ['Another one, measured', '$0 stt-test caller.wav --engine deepgram --reference "What is my balance?"'],
    ],
  });

  file = Option.String({ name: 'FILE' });
  engine = Option.String('--engine', { description: `one of ${sttEngines.join(', ')}` });
  reference = Option.String('--reference', { description: 'the words that were said' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    if (this.reference !== undefined && !/[\p{L}\p{N}]/u.test(this.reference)) {
      throw usageError('--reference: there is no word in it; give the words that were said.');
    }
    const config = configFor('stt', this.engine, sttEngines);
    const { speech } = await readSpeech(this.file, this.file);
    const audioSeconds = speech.length / CALLER_RATE;
    if (audioSeconds > LONGEST) {
      throw usageError(`${this.file}: the recording is longer than ${LONGEST / 60} minutes; cut it.`);
    }
    const engine = createSttEngine(config);
    try {
      const loading = performance.now();
      await engine.warmUp();
      const loadMs = Math.round(performance.now() - loading);
      if (!this.json)
        this.print(`${engine.name}, ready after ${loadMs} ms, hears ${audioSeconds.toFixed(1)} s:`);
      const heard = await this.listen(engine, speech);
      const atOnceMs = await hearAtOnce(engine, speech);
      const realTimeFactor = Number((atOnceMs / 1_000 / audioSeconds).toFixed(3));
      const errorRate = this.reference === undefined ? undefined : wordErrorRate(heard.text, this.reference);
      const facts = { engine: engine.name, loadMs, audioSeconds, ...heard, realTimeFactor };
      if (this.json) return this.printJson({ ...facts, wordErrorRate: errorRate });
      this.report(facts, errorRate);
    } finally {
      await engine.close();
    }
  }

  /** Plays the audio in real time. */
  private async listen(engine: SttEngine, speech: Int16Array) {
    const partials: { atMs: number; text: string }[] = [];
    const start = performance.now();
    const stream = engine.open({
      language: 'en',
      onPartial: (text) => {
        const atMs = Math.round(performance.now() - start);
        partials.push({ atMs, text });
        if (!this.json) this.print(`${seconds(atMs)}  ${text}`);
      },
    });
    try {
      const frame = (CALLER_RATE * FRAME_MS) / 1_000;
      for (let at = 0; at < speech.length; at += frame) {
        const due = start + ((at + frame) / CALLER_RATE) * 1_000;
        await sleep(Math.max(0, due - performance.now()));
        stream.write(speech.subarray(at, at + frame));
      }
      const ended = performance.now();
      const { text, confidence } = await stream.finalize();
      return { text, confidence, partials, finalMs: Math.round(performance.now() - ended) };
    } finally {
      stream.close();
    }
  }

  private report(
    facts: { text: string; confidence?: number; finalMs: number; realTimeFactor: number },
    errorRate: number | undefined,
  ) {
    const { text, confidence, finalMs, realTimeFactor } = facts;
    this.print(`transcript: ${text || '(no words)'}`);
    if (confidence !== undefined) this.print(`confidence: ${confidence.toFixed(2)}`);
    this.print(`${finalMs} ms from the end of the audio; real-time factor ${realTimeFactor}`);
    if (errorRate !== undefined) this.print(`word error rate ${(100 * errorRate).toFixed(1)} %`);
  }
}

/** How long all of the audio takes when none of it has to be waited for, ms. */
async function hearAtOnce(engine: SttEngine, speech: Int16Array): Promise<number> {
  const start = performance.now();
  const stream = engine.open({ language: 'en', onPartial: () => undefined });
  try {
    stream.write(speech);
    await stream.finalize();
    return performance.now() - start;
  } finally {
    stream.close();
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2).padStart(7)} s`;
