import type { InferenceSession } from 'onnxruntime-node';
import type { Onnx } from '../onnx.ts';
import { pool, remarkOf } from './remark-features.ts';

const RATE = 16_000;

/** What Moonshine's encoder hears in a remark at 16 kHz: 20–40 ms of one core for a second of it. */
export async function encodeRemark(
  { Tensor }: Onnx,
  encoder: InferenceSession,
  samples: Int16Array,
): Promise<Float32Array> {
  const remark = remarkOf(samples);
  const { length } = remark;
  const { last_hidden_state: frames } = await encoder.run({
    input_values: new Tensor('float32', remark, [1, length]),
    attention_mask: new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]),
  });
  return pool(frames!.data as Float32Array, length / RATE);
}
