import { closeSync, openSync, writeSync } from 'node:fs';
import { SpeechInput } from '../../activities/listen/speech-input.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { createMoonshine } from '../../engines/stt/moonshine.ts';
import { createSilero } from '../../engines/vad/silero.ts';
import { numbers } from '../barge-in/sounds.ts';
import { report } from '../platform.ts';
import { type LineEvent, sendThroughGateway } from '../turn-end/telephone-line.ts';
import { overTelephone } from './line.ts';
import { noise } from './noises.ts';
import { OTHER_REQUESTS, OTHER_SIGNS, REQUESTS, SIGNS } from './phrases.ts';
import { type Remark, writeRemark } from './remark-file.ts';
import { espeak, flite, kokoro, type Part, piper, type Say } from './voices.ts';

/**
 * `node dist/bench/remarks/hear.js FILE COUNT SEED learn|check espeak|flite|piper|noise|FOLDER`: so many signs of listening and
 * short requests, or noises, each by telephone through the gateway's voice detection, and what the recogniser makes of
 * them, a line of JSON each. FOLDER: that of kokoro-js's voices.
 */
const BABBLE = 60;
/** What takes long to say is sent over so many lines. */
const KOKORO_LINES = 3;

const [file = 'remarks', count = '100', seed = '11', which = 'learn', source = 'espeak'] =
  process.argv.slice(2);
const part = which as Part;
const { models, gateway } = loadConfig();
const random = numbers(Number(seed));
const vad = createSilero(models.folder);
const stt = createMoonshine(models.folder);
const known = { espeak: espeak(part), flite: flite(part), piper: piper(models.folder) } as Record<
  string,
  Say
>;
const say = source === 'noise' ? undefined : (known[source] ?? (await kokoro(models.folder, source, part)));
const lines = say && !known[source] ? KOKORO_LINES : 1;
const others: Int16Array[] = [];
const out = openSync(file, 'w');
for (let made = 0; made < Number(count);) {
  const kind = !say ? 'noise' : random() < 0.5 ? 'sign' : 'request';
  const phrase = kind === 'noise' ? '' : phraseOf(kind);
  const remark = say ? await say(phrase, random) : noise(random);
  for (let line = 0; line < lines; line++) {
    const heard = await hear(
      await sendThroughGateway(overTelephone(remark, others, random), vad, gateway.speechStopMs),
    );
    // Of a request that comes in pieces, the first may be nothing but "okay".
    if (kind === 'request' && heard.length > 1) continue;
    for (const each of heard) writeSync(out, writeRemark({ kind, phrase, ...each }));
    made += heard.length;
    if (made % 100 < heard.length) report(`${made} remarks heard`);
  }
  others.push(remark);
  if (others.length > BABBLE) others.shift();
}
closeSync(out);
await Promise.all([vad.close(), stt.close()]);

function phraseOf(kind: 'sign' | 'request'): string {
  const pick = (phrases: string[]) => phrases[Math.floor(random() * phrases.length)]!;
  const [learnt, other] = kind === 'sign' ? [SIGNS, OTHER_SIGNS] : [REQUESTS, OTHER_REQUESTS];
  return pick(part === 'check' && random() < 0.6 ? other : learnt);
}

/** The pieces that came through, with words in them. */
async function hear(events: LineEvent[]): Promise<Omit<Remark, 'kind' | 'phrase'>[]> {
  const heard: Omit<Remark, 'kind' | 'phrase'>[] = [];
  let startedMs = 0;
  let audio: Buffer[] = [];
  let input: SpeechInput | undefined;
  for (const event of events) {
    if (event.type === 'started') {
      startedMs = event.startedMs;
      audio = [];
      input = new SpeechInput(stt, { audioCursor: '0', settings: defaultCallSettings }, () => undefined);
    } else if (event.type === 'audio') {
      input!.write({ id: '0', ...event.chunk });
      audio.push(event.chunk.audio);
    } else {
      const { text } = await input!.finalize();
      input!.close();
      if (text !== '') heard.push({ text, ms: event.endedMs - startedMs, audio: Buffer.concat(audio) });
    }
  }
  return heard;
}
