import { parentPort, workerData } from 'node:worker_threads';
import { loadOnnx, sessionOptions } from '../onnx.ts';
import { encodeRemark } from './remark-encoder.ts';
import type { RemarkAnswer, RemarkFiles, RemarkRequest } from './remark-protocol.ts';
import { logOdds, readWeights } from './remark-weights.ts';
import trained from './remark-weights.json' with { type: 'json' };

const { encoder } = workerData as RemarkFiles;
const weights = readWeights(trained);
const onnx = loadOnnx();
const session = await onnx.InferenceSession.create(encoder, sessionOptions);
const port = parentPort!;

port.on('message', ({ id, samples }: RemarkRequest) => {
  encodeRemark(onnx, session, samples).then(
    (features) => port.postMessage({ id, odds: logOdds(weights, features) } satisfies RemarkAnswer),
    (error: Error) => port.postMessage({ id, error: error.message } satisfies RemarkAnswer),
  );
});
