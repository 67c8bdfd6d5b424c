import { describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../call/settings.ts';
import { CallRefused } from './call-control.ts';
import { GatewayLab } from '../test/gateway/lab.ts';

async function dial(lab: GatewayLab, start: Record<string, unknown> = {}) {
  const client = await lab.connect('/pcm');
  client.send({ type: 'start', session: lab.session, sampleRate: 16_000, ...start });
  return client;
}

/** `ms` of a tone as PCM of 16 bits. */
function tone(ms: number, sampleRate: number): Buffer {
  const samples = Int16Array.from({ length: (ms * sampleRate) / 1_000 }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 300 * i) / sampleRate)),
  );
  return Buffer.from(samples.buffer);
}

describe('a call over a plain WebSocket', () => {
  test('is started with all that the start message says', async () => {
    const lab = await GatewayLab.open();
    const client = await dial(lab, { customer: 'c1', phone: '+14155550123', settings: { cache: false } });
    expect(await client.message('started')).toEqual({
      type: 'started',
      session: lab.session,
      format: { encoding: 'pcm16', sampleRate: 16_000 },
    });
    expect(lab.requests.all).toEqual([
      {
        session: lab.session,
        domain: 'banking',
        customer: 'c1',
        phone: '+14155550123',
        origin: 'pcm',
        settings: { ...defaultCallSettings, cache: false },
      },
    ]);
  });

  test.each([
    [{ session: 'a b' }, 'session: a session id is 3–64 letters, digits, - or _'],
    [{ session: 'x'.repeat(65) }, 'session: a session id is 3–64 letters, digits, - or _'],
    [{ sampleRate: 44_100 }, 'sampleRate: '],
    [{ settings: { bargIn: true } }, 'settings: Unrecognized key: "bargIn"'],
    [{ type: 'hello' }, 'type: send {"type":"start","session":…,"sampleRate":…} first'],
  ])('%o is refused with a reason', async (start, reason) => {
    const lab = await GatewayLab.open();
    const client = await dial(lab, start);
    expect((await client.message('refused')).reason).toContain(reason);
    expect((await client.closed).code).toBe(1008);
    expect(lab.requests.all).toEqual([]);
  });

  test('a first message that is not JSON is refused with the reason', async () => {
    const lab = await GatewayLab.open();
    const client = await lab.connect('/pcm');
    client.send('hello');
    expect((await client.message('refused')).reason).toBe(
      'send {"type":"start","session":…,"sampleRate":…} first',
    );
  });

  test('a call that can not be is refused with the reason', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    lab.answer = () => Promise.reject(new CallRefused('no domain is called golf'));
    const client = await dial(lab);
    expect((await client.message('refused')).reason).toBe('no domain is called golf');
    expect(await client.closed).toEqual({ code: 1008, reason: 'no domain is called golf' });
    await call.event('caller.disconnected');
  });

  test('when calls can not be started now, the client is told to come back', async () => {
    const lab = await GatewayLab.open();
    lab.answer = () => Promise.reject(new Error('14 UNAVAILABLE: connect ECONNREFUSED 127.0.0.1:7233'));
    const client = await dial(lab);
    expect(await client.closed).toEqual({
      code: 1013,
      reason: 'the call could not be started; try again later',
    });
  });

  test.each([8_000, 16_000, 24_000, 48_000])('speech at %i Hz is heard where it is', async (sampleRate) => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab, { sampleRate });
    const silence = Buffer.alloc(tone(500, sampleRate).length);
    client.send(Buffer.alloc(silence.length));
    client.send(tone(500, sampleRate));
    client.send(silence);
    const { audioMs: startMs } = await call.event('speech.started');
    const { audioMs: stopMs } = await call.event('speech.stopped');
    expect(Math.abs(startMs - 500)).toBeLessThanOrEqual(40);
    expect(Math.abs(stopMs - 1_000)).toBeLessThanOrEqual(40);
    const bytesPerMs = sampleRate / 500;
    const all = Buffer.concat(call.audio.all.map(({ audio }) => audio));
    const from = call.audio.all[0]!.header.audioMs;
    const speech = all.subarray((500 - from) * bytesPerMs, (1_000 - from) * bytesPerMs);
    expect(speech.equals(tone(500, sampleRate))).toBe(true);
  });

  test('text and keys become events', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab);
    client.send({ type: 'text', text: ' What are your rates? ' });
    client.send({ type: 'digit', digit: '7' });
    expect((await call.event('caller.typed')).text).toBe('What are your rates?');
    expect((await call.event('caller.digit')).digit).toBe('7');
  });

  test('messages that make no sense are ignored, and the call goes on', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await lab.connect('/pcm');
    client.send(Buffer.alloc(640));
    client.send({ type: 'start', session: lab.session, sampleRate: 16_000 });
    client.send('{');
    client.send({ type: 'start', session: 'another', sampleRate: 16_000 });
    client.send({ type: 'digit', digit: '77' });
    client.send({ type: 'text', text: '' });
    client.send(Buffer.alloc(641));
    client.send(Buffer.alloc(0));
    client.send({ type: 'text', text: 'Hello?' });
    await call.event('caller.typed');
    const faults = await lab.registry.getSingleMetric('orkestra_gateway_faults_total')!.get();
    const counts = Object.fromEntries(faults.values.map(({ labels, value }) => [labels.kind, value]));
    expect(counts).toEqual({ 'out-of-order': 1, malformed: 1, invalid: 5 });
  });

  test('bot audio comes as binary frames with marks, and an interruption as clear', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab);
    const format = { encoding: 'pcm16' as const, sampleRate: 16_000 as const };
    await call.say('greeting', 'Hello and welcome.', 2_000, { format });
    expect((await client.message('mark')).name).toBe('greeting:1');
    expect(client.heard().subarray(0, 1_600).equals(Buffer.alloc(1_600, 0x10))).toBe(true);
    client.send({ type: 'text', text: 'Stop.' });
    await client.message('clear');
    expect((await call.event('playback.ended')).interrupted).toBe(true);
  });

  test('a client that asks for it sees every event of the call, from its beginning', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    await call.stream.emit({ type: 'turn.partial', at: 1, turn: 1, attempt: 1, text: 'before' });
    const client = await dial(lab, { events: true });
    await client.message('started');
    await call.stream.emit({ type: 'turn.partial', at: 2, turn: 1, attempt: 1, text: 'after' });
    const partials = () =>
      client.messages.all
        .filter(({ event }) => event?.type === 'turn.partial')
        .map(({ event }) => event.text);
    await client.messages.until(() => partials().includes('after'));
    expect(partials()).toEqual(['before', 'after']);
  });

  test('one that does not ask sees none', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab);
    await client.message('started');
    await call.stream.emit({ type: 'call.ended', at: 1, reason: 'enough' });
    await client.closed;
    expect(client.messages.all.map(({ type }) => type)).toEqual(['started', 'ended']);
  });

  test('stop is a hang-up', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab);
    client.send({ type: 'stop' });
    expect((await client.message('ended')).reason).toBe('hangup');
    expect((await client.closed).code).toBe(1000);
    expect((await call.event('caller.disconnected')).reason).toBe('hangup');
  });

  test.each([
    [1000, 'hangup'],
    [undefined, 'hangup'],
    [1001, 'dropped'],
  ])('a close with code %s is taken as %s', async (code, reason) => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await dial(lab);
    client.socket.close(code);
    expect((await call.event('caller.disconnected')).reason).toBe(reason);
  });
});
