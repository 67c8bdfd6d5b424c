import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Tokenizer } from '@huggingface/tokenizers';
import type { InferenceSession } from 'onnxruntime-node';
import { loadOnnx, sessionOptions } from '../onnx.ts';
import { DIMENSIONS, type WorkerAnswer, type WorkerFiles, type WorkerRequest } from './minilm-protocol.ts';

/** The model was trained on 256 tokens; what a text has more is left out. */
const MOST_TOKENS = 256;
/** Characters, so that a book is not tokenized for its first page. */
const MOST_CHARACTERS = 256 * 16;

const files = workerData as WorkerFiles;
const readJson = (file: string): object => JSON.parse(readFileSync(file, 'utf8'));
const tokenizer = new Tokenizer(readJson(files.tokenizer), readJson(files.tokenizerConfig));
const onnx = loadOnnx();
const session = await onnx.InferenceSession.create(files.model, sessionOptions);

const port = parentPort!;

port.on('message', (request: WorkerRequest) => {
  embed(request.texts).then(
    (vectors) => port.postMessage({ id: request.id, vectors } satisfies WorkerAnswer, [vectors.buffer]),
    (error: Error) => port.postMessage({ id: request.id, error: error.message } satisfies WorkerAnswer),
  );
});

/** The mean of the model's vectors for a text's tokens, brought to unit length; one after the other. */
async function embed(texts: string[]): Promise<Float32Array<ArrayBuffer>> {
  const tokens = texts.map((text) =>
    tokenizer.encode(text.slice(0, MOST_CHARACTERS)).ids.slice(0, MOST_TOKENS),
  );
  const width = Math.max(...tokens.map(({ length }) => length));
  const { last_hidden_state: output } = await session.run(inputs(tokens, width));
  const states = output!.data as Float32Array;
  const vectors = new Float32Array(texts.length * DIMENSIONS);
  for (const [i, { length }] of tokens.entries()) {
    const vector = vectors.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
    for (let token = 0; token < length; token++) {
      const at = (i * width + token) * DIMENSIONS;
      for (let d = 0; d < DIMENSIONS; d++) vector[d]! += states[at + d]!;
    }
    const norm = Math.hypot(...vector);
    for (let d = 0; d < DIMENSIONS; d++) vector[d]! /= norm;
  }
  return vectors;
}

function inputs(tokens: number[][], width: number): InferenceSession.FeedsType {
  const ids = new BigInt64Array(tokens.length * width);
  const mask = new BigInt64Array(tokens.length * width);
  for (const [i, row] of tokens.entries()) {
    for (const [j, id] of row.entries()) {
      ids[i * width + j] = BigInt(id);
      mask[i * width + j] = 1n;
    }
  }
  const tensor = (data: BigInt64Array) => new onnx.Tensor('int64', data, [tokens.length, width]);
  return {
    input_ids: tensor(ids),
    attention_mask: tensor(mask),
    token_type_ids: tensor(new BigInt64Array(ids.length)),
  };
}
