import { closeSync, openSync, writeSync } from 'node:fs';
import { SpeechInput } from '../../activities/listen/speech-input.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { loadOnnx, sessionOptions } from '../../engines/onnx.ts';
import { encodeRemark } from '../../engines/stt/remark-encoder.ts';
import { createSilero } from '../../engines/vad/silero.ts';
import { numbers } from '../barge-in/sounds.ts';
import { report } from '../platform.ts';
import { type LineEvent, sendThroughGateway } from '../turn-end/telephone-line.ts';
import { overTelephone } from './line.ts';
import { REQUESTS, SIGNS } from './phrases.ts';
import { writeRemark } from './remark-file.ts';
import { espeak, flite, kokoro, type Say } from './voices.ts';

/**
 * `node dist/bench/remarks/hear.js FILE COUNT [VOICES]`: says so many signs of listening and short requests in many voices,
 * sends each through the gateway's voice detection, and writes what the recogniser's encoder makes of it, for fit.py.
 * Needs espeak-ng and flite; with the folder of kokoro-js's voices, a third of the remarks is Kokoro's.
 */
const BABBLE = 60;

const [file = 'remarks', count = '1000', voices] = process.argv.slice(2);
const { models, gateway } = loadConfig();
const random = numbers(11);
const vad = createSilero(models.folder);
const onnx = loadOnnx();
const path = `${models.folder}/moonshine-tiny-en/encoder_model.ort`;
const encoder = await onnx.InferenceSession.create(path, sessionOptions);
const speakers: Say[] = [espeak, flite, ...(voices ? [await kokoro(models.folder, voices)] : [])];
const others: Int16Array[] = [];
const out = openSync(file, 'w');
for (let made = 0; made < Number(count);) {
  const isSign = random() < 0.5;
  const phrases = isSign ? SIGNS : REQUESTS;
  const say = speakers[Math.floor(random() * speakers.length)]!;
  const remark = await say(phrases[Math.floor(random() * phrases.length)]!, random);
  const line = overTelephone(remark, others, random);
  others.push(remark);
  if (others.length > BABBLE) others.shift();
  const heard = await remarkIn(await sendThroughGateway(line, vad, gateway.speechStopMs));
  if (!heard) continue;
  writeSync(out, writeRemark({ isSign, features: await encodeRemark(onnx, encoder, heard) }));
  if (++made % 100 === 0) report(`${made} remarks heard`);
}
closeSync(out);
await vad.close();

/** What came through, at 16 kHz; undefined where it was not one stretch of speech. */
async function remarkIn(events: LineEvent[]): Promise<Int16Array | undefined> {
  if (events.filter(({ type }) => type === 'started').length !== 1) return undefined;
  const pieces: Int16Array[] = [];
  const stream = {
    write: (samples: Int16Array) => void pieces.push(samples.slice()),
    finalize: async () => ({ text: '' }),
    close: () => undefined,
  };
  const engine = { name: 'none', warmUp: async () => {}, open: () => stream, close: async () => {} };
  const input = new SpeechInput(engine, { audioCursor: '0', settings: defaultCallSettings }, () => undefined);
  for (const event of events) if (event.type === 'audio') input.write({ id: '0', ...event.chunk });
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}
