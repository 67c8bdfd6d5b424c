import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadRequest } from '../model-thread.ts';
import { loadOnnx, sessionOptions } from '../onnx.ts';
import { type KokoroFiles, type KokoroRequest, RATE, VOICES } from './kokoro-protocol.ts';
import { LeadCutter, toInt16 } from './lead-cutter.ts';
import { kokoroPhonemes } from './phonemes.ts';

/** The model takes no more tokens at once; no piece of a sentence has as many. */
const MOST_TOKENS = 510;
/** Numbers a row of a voice's table; it has a row for each count of tokens. */
const STYLE = 256;
/** What is quieter is silence, of 32,767; so much of it is left after the last word, s. */
const SILENCE = 100;
const TAIL = 0.15;
/** With two the real-time factor is 0.5 on two free cores. */
const THREADS = 2;

const files = workerData as KokoroFiles;
const { vocab } = JSON.parse(readFileSync(files.vocab, 'utf8')) as { vocab: Record<string, number> };
const voices = Object.fromEntries(
  Object.entries(files.voices).map(([name, path]) => [name, floats(readFileSync(path))]),
);
const onnx = loadOnnx();
const session = await onnx.InferenceSession.create(files.model, {
  ...sessionOptions,
  intraOpNumThreads: THREADS,
  // Waiting threads sleep: on cores that others use too, spinning makes a run many times slower.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const port = parentPort!;

const answer = (message: ThreadAnswer<Int16Array>, moved: ArrayBuffer[] = []) =>
  port.postMessage(message, moved);

port.on('message', ({ id, ...request }: ThreadRequest<KokoroRequest>) => {
  say(request).then(
    (audio) => answer({ id, result: audio }, [audio.buffer]),
    (error: Error) => answer({ id, error: error.message }),
  );
});

async function say({ text, voice, speed }: KokoroRequest): Promise<Int16Array<ArrayBuffer>> {
  const phonemes = await kokoroPhonemes(text, VOICES[voice]);
  const tokens = Array.from(phonemes, (sign) => vocab[sign])
    .filter((token) => token !== undefined)
    .slice(0, MOST_TOKENS);
  if (tokens.length === 0) return new Int16Array(0);
  const style = voices[voice]!.slice(STYLE * (tokens.length - 1), STYLE * tokens.length);
  const { audio } = await session.run({
    tokens: new onnx.Tensor('int64', BigInt64Array.from([0, ...tokens, 0], BigInt), [1, tokens.length + 2]),
    style: new onnx.Tensor('float32', style, [1, STYLE]),
    speed: new onnx.Tensor('float32', [speed], [1]),
  });
  const samples = new LeadCutter(RATE).cut(toInt16(audio!.data as Float32Array));
  const last = samples.findLastIndex((sample) => Math.abs(sample) > SILENCE);
  return samples.slice(0, last + 1 + TAIL * RATE);
}

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
