import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resample } from '../audio/resample.ts';
import { readWav } from '../audio/wav.ts';
import { heldOutNoises } from '../bench/barge-in/held-out-noises.ts';
import { numbers } from '../bench/barge-in/sounds.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { banking } from '../domains/banking/index.ts';
import { createResponder } from '../domains/responder.ts';
import { createMiniLm } from '../engines/embedding/minilm.ts';
import { createMoonshine } from '../engines/stt/moonshine.ts';
import { createSilero } from '../engines/vad/silero.ts';
import { type Gateway, startGateway } from '../gateway/server.ts';
import { CallStream } from '../stream/call-stream.ts';
import type { CallEvent } from '../stream/events.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { CallLab } from './call-lab.ts';
import { modelFolder } from './contracts/models.ts';
import { Client, TwilioStream } from './gateway/client.ts';

/** The noise is sent so much faster than it sounds. */
const HASTE = 8;
const RATE = 8_000;

/** A minute of a noisy place: hiss, and now and then somebody coughs, hums, or knocks on something. */
function minuteOfNoise(): Int16Array {
  const random = numbers(5);
  const noise = Int16Array.from({ length: 60 * RATE }, () => (random() - 0.5) * 600);
  const sounds = heldOutNoises();
  for (let at = RATE; at < 55 * RATE; at += Math.round((0.4 + random() * 2) * RATE)) {
    const { samples } = sounds[Math.floor(random() * sounds.length)]!;
    for (const [i, sample] of samples.entries()) noise[at + i]! += sample;
  }
  return noise;
}

const engines = {
  stt: createMoonshine(modelFolder()),
  embedding: createMiniLm(modelFolder()),
  vad: createSilero(modelFolder()),
};
let lab: CallLab;
let gateway: Gateway;
beforeAll(async () => {
  const { stt, embedding, vad } = engines;
  const llm = createResponder(banking, embedding);
  await Promise.all([stt.warmUp(), vad.warmUp(), llm.warmUp()]);
  lab = await CallLab.open({ stt, llm });
  const config = loadConfig({
    ...process.env,
    ORKESTRA_LOG_LEVEL: 'silent',
    ORKESTRA_GATEWAY_HOST: '127.0.0.1',
    ORKESTRA_GATEWAY_PORT: '0',
  });
  gateway = await startGateway({
    config,
    hub: lab.hub,
    vad,
    control: { ensure: async () => 'started' },
    log: createLogger(config, 'gateway'),
    metrics: new Registry(),
    limits: { aheadMs: 120_000 },
  });
});
afterAll(async () => {
  await gateway.close();
  await lab.close();
  await Promise.all([engines.stt.close(), engines.embedding.close(), engines.vad.close()]);
});

test(
  'a minute of noise makes no conversation, and the caller is answered after it',
  { timeout: 90_000 },
  async () => {
    const { session, handle } = await lab.start({ idlePromptMs: 1_000, idlePrompts: 10 });
    const events: CallEvent[] = [];
    await new CallStream(lab.hub, session).onEvents('0', (event) => void events.push(event));
    const client = await Client.connect(`ws://127.0.0.1:${gateway.port}/twilio`);
    const line = new TwilioStream(client);
    line.start('CA-noise', { session });
    await line.speak(minuteOfNoise(), HASTE);
    const count = (wanted: CallEvent['type']) => events.filter(({ type }) => type === wanted).length;
    const takenForSpeech = count('speech.started');
    const turnsOfNoise = count('turn.final');
    await line.speak(new Int16Array(2 * RATE), HASTE);
    const { samples, sampleRate } = readWav(readFileSync(join(import.meta.dirname, 'recordings/hours.wav')));
    await line.speak(resample(samples, sampleRate, RATE));
    await line.speak(new Int16Array(2 * RATE));
    line.stop();
    await handle.result();
    const { turns, asides } = await handle.query(transcriptQuery);
    expect(takenForSpeech).toBeGreaterThan(2);
    expect(turnsOfNoise).toBeLessThanOrEqual(4);
    expect(turns.at(-1)).toMatchObject({
      source: 'model',
      heard: expect.stringContaining('nine in the morning'),
    });
    // A cough may interrupt it.
    expect(asides.map(({ text }) => text)).toContain(banking.idlePrompts[0]);
    expect(JSON.stringify(turns)).not.toMatch(/\$|balance/);
    client.socket.terminate();
  },
);
