import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resample } from '../../audio/resample.ts';
import { readWav } from '../../audio/wav.ts';
import { loadOnnx, sessionOptions } from '../../engines/onnx.ts';
import { kokoroPhonemes } from '../../engines/tts/phonemes.ts';

/** Samples a second of what is said here. */
export const RATE = 16_000;

/** Says a phrase, each time a little otherwise. `random`: from 0 to 1. */
export type Say = (text: string, random: () => number) => Promise<Int16Array>;

const ACCENTS = ['en-us', 'en-gb', 'en-gb-x-gbclan', 'en-gb-x-gbcwmd', 'en-us-nyc'];
const SPEAKERS = (
  'Alex Alicia Andrea Annie Denis Gene Henrique Hugo Jacky Lee Marco Michael Mike adam anika antonio aunty belinda ' +
  'benjamin boris david ed f1 f3 f5 grandma john kaukovalta klatt klatt3 linda m1 m3 m5 m7 marcelo max michel norbert ' +
  'pablo pedro quincy robert steph travis victor'
).split(' ');
/** Of Kokoro, those that remarks are never learnt from. */
const LEFT_OUT =
  /^(?:af_(?:jessica|kore|river)|am_(?:liam|echo|fenrir)|bf_(?:isabella|emma)|bm_(?:lewis|daniel))|ef_dora|im_nicola|pm_alex|zf_xiaoxiao/;
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
export const espeak: Say = async (text, random) => {
  const voice = `${pick(ACCENTS, random)}+${pick(SPEAKERS, random)}`;
  const speed = Math.round(between(130, 200, random));
  const pitch = Math.round(between(25, 75, random));
  return spoken('espeak-ng', ['-v', voice, '-s', `${speed}`, '-p', `${pitch}`, '-w', FILE, text]);
};

/** flite's voices. */
export const flite: Say = async (text, random) => {
  const slower = between(0.8, 1.3, random).toFixed(2);
  const pitch = Math.round(between(85, 145, random));
  const set = ['--setf', `duration_stretch=${slower}`, '--setf', `int_f0_target_mean=${pitch}`];
  return spoken('flite', ['-voice', pick(['awb', 'kal16'], random), ...set, '-t', text, '-o', FILE]);
};

/** Kokoro, half of the time as a mixture of two voices. `voices`: the folder of kokoro-js, a table a file. */
export async function kokoro(models: string, voices: string): Promise<Say> {
  const onnx = loadOnnx();
  const session = await onnx.InferenceSession.create(join(models, 'kokoro', 'model.onnx'), sessionOptions);
  const { vocab } = JSON.parse(readFileSync(join(models, 'kokoro', 'vocab.json'), 'utf8')) as {
    vocab: Record<string, number>;
  };
  const names = readdirSync(voices).filter((name) => !LEFT_OUT.test(name));
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
