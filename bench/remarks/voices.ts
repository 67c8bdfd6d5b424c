import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resample } from '../../audio/resample.ts';
import { readWav } from '../../audio/wav.ts';
import { loadOnnx, sessionOptions } from '../../engines/onnx.ts';
import { createPiper } from '../../engines/tts/piper.ts';
import { kokoroPhonemes } from '../../engines/tts/phonemes.ts';

/** Samples a second of what is said here. */
export const RATE = 16_000;

/** Says a phrase, each time a little otherwise. `random`: from 0 to 1. */
export type Say = (text: string, random: () => number) => Promise<Int16Array>;

/** Voices that remarks are learnt from, and others to see how well the rest are judged. */
export type Part = 'learn' | 'check';

const list = (names: string) => names.split(' ');
const ACCENTS = {
  learn: list('en-us en-gb en-gb-x-gbclan en-gb-x-gbcwmd en-us-nyc'),
  check: list('en-gb-x-rp'),
};
const SPEAKERS = {
  learn: list(
    'Alex Alicia Andrea Annie Denis Gene Henrique Hugo Jacky Lee Marco Michael Mike adam anika antonio aunty belinda ' +
      'benjamin boris david ed f1 f3 f5 grandma john kaukovalta klatt klatt3 linda m1 m3 m5 m7 marcelo max michel norbert ' +
      'pablo pedro quincy robert steph travis victor',
  ),
  check: list('f4 m6 m8 Diogo edward2 iven shelby'),
};
const FLITE = { learn: list('awb kal16'), check: list('rms') };
/** Of Kokoro: those of \`check\`, and those of the remarks in calls that are held out. */
const CHECKED = /^(?:af_kore|am_echo|bf_emma|bm_daniel|ef_dora|zf_xiaoxiao)/;
const HELD_OUT = /^(?:af_(?:jessica|river)|am_(?:liam|fenrir)|bf_isabella|bm_lewis|im_nicola|pm_alex)/;
const STYLE = 256;

const pick = <T>(of: readonly T[], random: () => number) => of[Math.floor(random() * of.length)]!;
const between = (from: number, to: number, random: () => number) => from + (to - from) * random();

const FILE = join(mkdtempSync(join(tmpdir(), 'orkestra-remarks-')), 'remark.wav');

/** What a program says into a WAV file, at `RATE`. */
function spoken(program: string, args: string[]): Int16Array {
  execFileSync(program, args, { stdio: 'ignore' });
  const { samples, sampleRate } = readWav(readFileSync(FILE));
  return resample(samples, sampleRate, RATE);
}

/** espeak-ng with one of its accents and speakers, at another pitch and speed each time. */
export const espeak =
  (part: Part): Say =>
  async (text, random) => {
    const voice = `${pick(ACCENTS[part], random)}+${pick(SPEAKERS[part], random)}`;
    const speed = Math.round(between(120, 230, random));
    const pitch = Math.round(between(15, 85, random));
    const said = text.replace(/\bmhm\b/gi, 'mm hmm');
    return spoken('espeak-ng', ['-v', voice, '-s', `${speed}`, '-p', `${pitch}`, '-w', FILE, said]);
  };

/** flite's voices. */
export const flite =
  (part: Part): Say =>
  async (text, random) => {
    const slower = between(0.75, 1.4, random).toFixed(2);
    const pitch = Math.round(between(80, 180, random));
    const set = ['--setf', `duration_stretch=${slower}`, '--setf', `int_f0_target_mean=${pitch}`];
    return spoken('flite', ['-voice', pick(FLITE[part], random), ...set, '-t', text, '-o', FILE]);
  };

/** Piper's voice. */
export function piper(models: string): Say {
  const engine = createPiper(models);
  return async (text, random) => {
    const pieces: Int16Array[] = [];
    const request = { text, voice: 'default', speed: between(0.75, 1.4, random) };
    for await (const piece of engine.synthesize(request, new AbortController().signal)) pieces.push(piece);
    return resample(Int16Array.from(pieces.flatMap((piece) => Array.from(piece))), engine.sampleRate, RATE);
  };
}

/** Kokoro, half of the time as a mixture of two voices. `voices`: the folder of kokoro-js, a table a file. */
export async function kokoro(models: string, voices: string, part: Part): Promise<Say> {
  const onnx = loadOnnx();
  const session = await onnx.InferenceSession.create(join(models, 'kokoro', 'model.onnx'), sessionOptions);
  const { vocab } = JSON.parse(readFileSync(join(models, 'kokoro', 'vocab.json'), 'utf8')) as {
    vocab: Record<string, number>;
  };
  const names = readdirSync(voices).filter(
    (name) => !HELD_OUT.test(name) && CHECKED.test(name) === (part === 'check'),
  );
  return async (text, random) => {
    const [first, second] = [pick(names, random), pick(names, random)];
    const phonemes = await kokoroPhonemes(text, first.startsWith('b') ? 'en' : 'en-us');
    const tokens = Array.from(phonemes, (sign) => vocab[sign]).filter((token) => token !== undefined);
    const style = (name: string) => {
      const bytes = readFileSync(join(voices, name));
      const table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      return table.subarray(STYLE * (tokens.length - 1), STYLE * tokens.length);
    };
    const share = random() < 0.5 ? 1 : between(0.3, 0.7, random);
    const other = style(second);
    const mixed = style(first).map((value, i) => share * value + (1 - share) * other[i]!);
    const { audio } = await session.run({
      tokens: new onnx.Tensor('int64', BigInt64Array.from([0, ...tokens, 0], BigInt), [1, tokens.length + 2]),
      style: new onnx.Tensor('float32', mixed, [1, STYLE]),
      speed: new onnx.Tensor('float32', [between(0.8, 1.3, random)], [1]),
    });
    const samples = Int16Array.from(audio!.data as Float32Array, (sample) =>
      Math.max(-32_768, Math.min(32_767, sample * 32_767)),
    );
    return resample(samples, 24_000, RATE);
  };
}
