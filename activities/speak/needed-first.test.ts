import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { defaultCallSettings } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import type { TtsEngine } from '../../engines/tts/engine.ts';
import { createScriptedTts } from '../../engines/tts/scripted.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import { StreamHub } from '../../stream/hub.ts';
import { formatKey } from '../../stream/keys.ts';
import { PreparedSpeech } from './prepared.ts';
import { ttsActivities } from './speak.ts';

test('a voice is told that a reply’s first sentence is needed at once, and the next when that has been heard', async () => {
  const hub = new StreamHub(loadConfig().redis, () => undefined);
  const scripted = createScriptedTts();
  const needed: (number | undefined)[] = [];
  const engine: TtsEngine = {
    ...scripted,
    synthesize(request, signal) {
      needed.push(request.neededInMs);
      return scripted.synthesize(request, signal);
    },
  };
  const session = `needed-${crypto.randomUUID().slice(0, 8)}`;
  const stream = new CallStream(hub, session);
  let [ms, whole] = [[] as number[], () => {}];
  const out = new Promise<void>((resolve) => (whole = resolve));
  await stream.onAudioOut('0', ({ header, audio }) => {
    ms[header.sentence] = (ms[header.sentence] ?? 0) + audio.length / 32;
    if (header.lastOfUtterance) whole();
  });
  await hub.redis.set(formatKey(session), JSON.stringify({ encoding: 'pcm16', sampleRate: 16_000 }));
  const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test');
  const prepared = new PreparedSpeech(engine);
  const { speak } = ttsActivities({ hub, log, draining: new AbortController().signal, engine, prepared });
  const speaking = new MockActivityEnvironment().run(speak, {
    session,
    domain: 'banking',
    utterance: 'reply-1',
    arming: 1,
    again: false,
    cursor: '0',
    settings: defaultCallSettings,
    source: { turn: 1 },
  });
  const of = { at: now(), turn: 1, attempt: 101, revision: 10101 };
  const tokens = { tools: [], inputTokens: 0, outputTokens: 0, cacheable: false };
  const heard = { speechStartedAt: now(), speechEndedAt: now(), audioCursor: '0', engine: 'scripted' };
  const texts = ['Your balance is forty dollars.', 'Can I help you with anything else?'];
  await stream.emit(
    { type: 'turn.final', ...of, ...heard, text: 'what is my balance' },
    ...texts.map((text, index) => ({ type: 'reply.sentence' as const, ...of, index, text })),
    { type: 'reply.done', ...of, source: 'model', engine: 'scripted', sentences: 2, ...tokens },
  );
  await out;
  expect(needed).toEqual([0, expect.closeTo(ms[0]!, 0)]);
  const end = { interrupted: false, playedMs: 1_000, heard: texts.join(' ') };
  await stream.emit({ type: 'playback.ended', at: now(), utterance: 'reply-1', ...end });
  await speaking;
  await hub.close();
});
