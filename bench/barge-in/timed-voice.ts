import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { phonemize } from 'phonemizer';
import { resample } from '../../audio/resample.ts';
import { loadOnnx, type Onnx, sessionOptions } from '../../engines/onnx.ts';
import { speechPieces } from '../../engines/tts/speech-pieces.ts';
import { spokenText } from '../../engines/tts/spoken-text.ts';

/** A sentence with the true place of each of its written words. */
export interface TimedSentence {
  text: string;
  /** 8 kHz. */
  samples: Int16Array;
  /** ms at which each written word ends. */
  wordEnds: number[];
}

const RATE = 22_050;
/** Samples of one step of the model's durations, and its usual scales: noise, length, noise of the durations. */
const HOP = 256;
const SCALES = [0.667, 1, 0.8];
/** The tensor in which the voice's graph holds how long each phoneme lasts, in steps. */
const DURATIONS = '/Ceil_output_0';
/** As in engines/tts/piper.ts: what is quieter at the start is left out. */
const AUDIBLE = 0.01;
const LEAD = 110;

/**
 * The embedded voice, asked for how long each phoneme lasts: so it is known, not guessed, which words a listener has
 * heard after so much of the audio. Text is prepared as the engine prepares it.
 */
export class TimedVoice {
  private constructor(
    private readonly onnx: Onnx,
    private readonly session: InferenceSession,
    private readonly ids: Map<string, number>,
  ) {}

  static async open(models: string): Promise<TimedVoice> {
    const onnx = loadOnnx();
    const folder = join(models, 'piper-joe');
    // A protobuf message that follows is merged: the graph gets one more output.
    const output = field(7, field(12, field(1, Buffer.from(DURATIONS))));
    const model = Buffer.concat([readFileSync(join(folder, 'voice.onnx')), output]);
    const lines = readFileSync(join(folder, 'tokens.txt'), 'utf8').split('\n').filter(Boolean);
    const ids = lines.map((line): [string, number] => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    });
    return new TimedVoice(onnx, await onnx.InferenceSession.create(model, sessionOptions), new Map(ids));
  }

  async speak(text: string): Promise<TimedSentence> {
    const pieces = [];
    for (const piece of speechPieces(spokenText(text))) pieces.push(await this.piece(piece));
    const spoken: { word: string; end: number }[] = [];
    let before = 0;
    for (const { words, ends, samples } of pieces) {
      for (const [i, word] of words.entries()) spoken.push({ word, end: before + ends[i]! });
      before += samples.length / 8;
    }
    const samples = Int16Array.from(pieces.flatMap((piece) => [...piece.samples]));
    return { text, samples, wordEnds: endsOfWritten(text, spoken) };
  }

  private async piece(text: string) {
    const words = text.trim().split(/\s+/);
    const { phonemes, owners } = await this.phonemes(words);
    const { Tensor } = this.onnx;
    const result = await this.session.run({
      input: new Tensor('int64', BigInt64Array.from(phonemes, BigInt), [1, phonemes.length]),
      input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(phonemes.length)), [1]),
      scales: new Tensor('float32', Float32Array.from(SCALES), [SCALES.length]),
    });
    const audio = result.output!.data as Float32Array;
    const durations = result[DURATIONS]!.data as Float32Array;
    const lead = Math.max(0, audio.findIndex((sample) => Math.abs(sample) > AUDIBLE) - LEAD);
    const ends = words.map(() => 0);
    let at = -lead;
    for (const [i, owner] of owners.entries()) {
      at += durations[i]! * HOP;
      if (owner !== undefined) ends[owner] = (at * 1_000) / RATE;
    }
    const pcm = Int16Array.from(audio.subarray(lead), (sample) =>
      Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))),
    );
    return { words, ends, samples: resample(pcm, RATE, 8_000) };
  }

  /** The model's input for these words, and which word each of its numbers belongs to. */
  private async phonemes(words: string[]) {
    const phonemes: number[] = [];
    const owners: (number | undefined)[] = [];
    const put = (phoneme: string, owner?: number) => {
      const id = this.ids.get(phoneme);
      if (id === undefined) return;
      phonemes.push(id, this.ids.get('_')!);
      owners.push(owner, owner);
    };
    put('^');
    for (let from = 0; from < words.length;) {
      const end = words.findIndex((word, i) => i >= from && /[.,;:!?]$/.test(word));
      const clause = words.slice(from, end === -1 ? words.length : end + 1);
      for (const [i, sounds] of (await soundsOf(clause)).entries()) {
        for (const sound of sounds.normalize('NFD')) put(sound, from + i);
        put(clause[i]!.match(/[.,;:!?](?=[.,;:!?]*$)/)?.[0] ?? '');
        put(' ');
      }
      from += clause.length;
    }
    phonemes.push(this.ids.get('$')!);
    owners.push(undefined);
    return { phonemes, owners };
  }
}

/** The phonemes of each word, as the clause sounds; where words run together, as each sounds alone. */
async function soundsOf(clause: string[]): Promise<string[]> {
  const words = clause.map((word) => word.replace(/[^\p{L}\p{N}'-]/gu, ''));
  const together = (await phonemize(words.join(' '), 'en-us')).join(' ').trim().split(/\s+/);
  if (together.length === words.length) return together;
  const alone = await Promise.all(words.map((word) => phonemize(word, 'en-us')));
  return alone.map((sounds) => sounds.join('').replace(/\s+/g, ''));
}

/** Of a written word that is said as several ("$315.68"), the end is that of the last one. */
function endsOfWritten(text: string, spoken: { word: string; end: number }[]): number[] {
  const plain = (word: string | undefined) => word?.toLowerCase().replace(/[^a-z0-9]/g, '');
  const written = text.split(/\s+/);
  let at = 0;
  return written.map((word, i) => {
    let next = at + 1;
    if (plain(spoken[at]?.word) !== plain(word)) {
      const following = plain(written[i + 1]);
      const found = spoken.findIndex((each, j) => j > at && plain(each.word) === following);
      if (found !== -1) next = found;
      else next = following === undefined ? spoken.length : at + spokenText(word).split(/\s+/).length;
    }
    at = next;
    return spoken[Math.min(at, spoken.length) - 1]!.end;
  });
}

/** A length-delimited protobuf field. */
const field = (number: number, bytes: Buffer) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
