import { expect, test } from 'vitest';
import { GatewayLab } from '../test/gateway/lab.ts';

const FLOOD = 60;
const WORDS = 4;

test('a flood of callers is turned away, and the calls in progress hear every word', async () => {
  const lab = await GatewayLab.open({}, undefined, { ORKESTRA_GATEWAY_CALLERS: '2' });
  const talk = async (session: string) => {
    const client = await lab.connect('/pcm');
    client.send({ type: 'start', session, sampleRate: 16_000 });
    return client;
  };
  const sessions = [lab.session, `${lab.session}-b`];
  for (const session of sessions) await (await talk(session)).message('started');
  const calls = await Promise.all(sessions.map((session) => lab.watch(session)));
  const knock = async (n: number) => {
    const client = await talk(`${lab.session}-${n}`).catch(() => undefined);
    // Beyond twice the calls there is no WebSocket either.
    return client ? (await client.closed).code : 503;
  };
  const flood = Promise.all(Array.from({ length: FLOOD }, (_, n) => knock(n)));
  for (let n = 0; n < WORDS; n++) {
    for (const call of calls) await call.say(`say-${n}`, `Word ${n}.`, 60);
  }
  for (const call of calls) {
    for (let n = 0; n < WORDS; n++) {
      const { heard } = await call.event('playback.ended', ({ utterance }) => utterance === `say-${n}`);
      expect(heard).toBe(`Word ${n}.`);
    }
  }
  const codes = await flood;
  expect(codes.filter((code) => code !== 1013 && code !== 503)).toEqual([]);
  expect(codes).toContain(1013);
  expect(lab.requests.all).toHaveLength(2);
});
