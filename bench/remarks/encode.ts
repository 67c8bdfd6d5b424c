import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { toSamples } from '../../audio/format.ts';
import { resample } from '../../audio/resample.ts';
import { loadConfig } from '../../config/load.ts';
import { loadOnnx, sessionOptions } from '../../engines/onnx.ts';
import { encodeRemark } from '../../engines/stt/remark-encoder.ts';
import { readRemarks } from './remark-file.ts';

/**
 * `node dist/bench/remarks/encode.js FILE TO`: what the recogniser's encoder makes of the remarks that hear.ts wrote, for
 * fit.py: numbers of 32 bits, for each remark 0 where it is a request and else 1, then its features.
 */
const [from = 'remarks', to = 'features'] = process.argv.slice(2);
const onnx = loadOnnx();
const path = `${loadConfig().models.folder}/moonshine-tiny-en/encoder_model.ort`;
const encoder = await onnx.InferenceSession.create(path, sessionOptions);
const out = openSync(to, 'w');
for (const { kind, audio } of readRemarks(readFileSync(from, 'utf8'))) {
  const samples = resample(toSamples({ encoding: 'mulaw', sampleRate: 8_000 }, audio), 8_000, 16_000);
  const features = await encodeRemark(onnx, encoder, samples);
  writeSync(out, Buffer.from(Float32Array.of(kind === 'request' ? 0 : 1, ...features).buffer));
}
closeSync(out);
