import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadRequest } from '../model-thread.ts';
import { loadOnnx, sessionOptions } from '../onnx.ts';
import { encodeRemark } from './remark-encoder.ts';
import type { RemarkFiles, RemarkRequest } from './remark-protocol.ts';
import { logOdds, readWeights } from './remark-weights.ts';
import trained from './remark-weights.json' with { type: 'json' };

const { encoder } = workerData as RemarkFiles;
const weights = readWeights(trained);
const onnx = loadOnnx();
const session = await onnx.InferenceSession.create(encoder, sessionOptions);
const port = parentPort!;

const answer = (message: ThreadAnswer<number>) => port.postMessage(message);

port.on('message', ({ id, samples }: ThreadRequest<RemarkRequest>) => {
  encodeRemark(onnx, session, samples).then(
    (features) => answer({ id, result: logOdds(weights, features) }),
    (error: Error) => answer({ id, error: error.message }),
  );
});
