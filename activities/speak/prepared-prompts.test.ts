import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MediaFormat } from '../../audio/format.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import { banking } from '../../domains/banking/index.ts';
import type { TtsEngine } from '../../engines/tts/engine.ts';
import { createScriptedTts } from '../../engines/tts/scripted.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import { StreamHub } from '../../stream/hub.ts';
import { formatKey } from '../../stream/keys.ts';
import { PreparedSpeech } from './prepared.ts';
import { prepareSpeech, ttsActivities } from './speak.ts';

/** A voice that works while prompts are prepared, and afterwards not at all. */
const scripted = createScriptedTts();
let asked: string[] = [];
let broken = false;
const engine: TtsEngine = {
  ...scripted,
  async *synthesize(request, signal) {
    asked.push(request.text);
    if (broken) await new Promise(() => undefined);
    yield* scripted.synthesize(request, signal);
  },
};
const prepared = new PreparedSpeech(engine);
let hub: StreamHub;

beforeAll(async () => {
  hub = new StreamHub(loadConfig().redis, () => undefined);
  await prepareSpeech(prepared, defaultCallSettings.voice);
  broken = true;
});
afterAll(() => hub.close());
beforeEach(() => {
  asked = [];
});

const formats: [string, MediaFormat][] = [
  ['a telephone', { encoding: 'mulaw', sampleRate: 8_000 }],
  ['a browser', { encoding: 'pcm16', sampleRate: 16_000 }],
];

test.each(formats)(
  'the greeting is ready before a call from %s: no voice is made for it',
  async (_, format) => {
    const session = `greeting-${crypto.randomUUID().slice(0, 8)}`;
    const stream = new CallStream(hub, session);
    const audio: Uint8Array[] = [];
    let whole!: () => void;
    const heard = new Promise<void>((resolve) => (whole = resolve));
    await stream.onAudioOut('0', (chunk) => {
      audio.push(chunk.audio);
      if (chunk.header.lastOfUtterance) whole();
    });
    await hub.redis.set(formatKey(session), JSON.stringify(format));
    const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test');
    const { speak } = ttsActivities({ hub, log, draining: new AbortController().signal, engine, prepared });
    const speaking = new MockActivityEnvironment().run(speak, {
      session,
      domain: 'banking',
      utterance: 'greeting',
      arming: 1,
      again: false,
      cursor: '0',
      settings: defaultCallSettings,
      source: { prompt: 'greeting' as const, nth: 0 },
    });
    await heard;
    const text = banking.greeting;
    const { voice } = defaultCallSettings;
    expect(Buffer.concat(audio)).toEqual(await prepared.get(format, { text, voice, speed: 1 }));
    expect(asked).toEqual([]);
    const end = { interrupted: false, playedMs: 1_000, heard: text };
    await stream.emit({ type: 'playback.ended', at: now(), utterance: 'greeting', ...end });
    expect(await speaking).toMatchObject({ kind: 'spoken', heard: text });
  },
);
