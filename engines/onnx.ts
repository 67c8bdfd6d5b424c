import { createRequire } from 'node:module';
import type { InferenceSession } from 'onnxruntime-node';

export type Onnx = typeof import('onnxruntime-node');

/** Loads the native module; only processes that use it pay for it. */
export const loadOnnx = (): Onnx => createRequire(import.meta.url)('onnxruntime-node') as Onnx;

/** One thread, the caller's own; no warnings about the model on stderr, where the log goes. */
export const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};
