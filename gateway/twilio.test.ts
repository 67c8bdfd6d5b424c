import { describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../call/settings.ts';
import { silence, tone, TwilioStream } from '../test/gateway/client.ts';
import { GatewayLab, mulaw } from '../test/gateway/lab.ts';

async function dial(lab: GatewayLab, parameters: Record<string, string> = {}) {
  const stream = new TwilioStream(await lab.connect('/twilio'));
  stream.start('CA0123456789abcdef', { session: lab.session, ...parameters });
  return stream;
}

describe('a Twilio stream starts a call', () => {
  test('the caller is announced with the format of the line', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    await dial(lab);
    const connected = await call.event('caller.connected');
    expect(connected.format).toEqual(mulaw);
    expect(await lab.hub.redis.get(`orkestra:{${lab.session}}:format`)).toBe(JSON.stringify(mulaw));
  });

  test('parameters name the session, the domain, the customer, the number and settings', async () => {
    const lab = await GatewayLab.open();
    await dial(lab, {
      domain: 'insurance',
      customer: 'cust-8841',
      phone: '+14155550123',
      'set.endpointingMs': '300',
      'set.bargeIn': 'false',
      'set.voice': '7',
    });
    expect(await lab.requests.first(() => true)).toEqual({
      session: lab.session,
      domain: 'insurance',
      customer: 'cust-8841',
      phone: '+14155550123',
      origin: 'twilio',
      settings: { ...defaultCallSettings, endpointingMs: 300, bargeIn: false, voice: '7' },
    });
  });

  test("without a usable session the call's SID is the session", async () => {
    const lab = await GatewayLab.open();
    await dial(lab, { session: 'not a session' });
    expect((await lab.requests.first(() => true)).session).toBe('CA0123456789abcdef');
  });

  test('a caller who withholds the number is taken all the same', async () => {
    const lab = await GatewayLab.open();
    await dial(lab, { from: 'anonymous' });
    expect((await lab.requests.first(() => true)).phone).toBeUndefined();
  });

  test('/ws is the same door', async () => {
    const lab = await GatewayLab.open();
    const stream = new TwilioStream(await lab.connect('/ws?x=1'));
    stream.start('CA1', { session: lab.session });
    expect((await lab.requests.first(() => true)).session).toBe(lab.session);
  });

  test.each([
    [{ 'set.endpointngMs': '3' }, 'settings: Unrecognized key: "endpointngMs"'],
    [{ 'set.endpointingMs': 'soon' }, 'settings.endpointingMs:'],
    [{ phone: '555-CALL' }, 'phone: a phone number is written in E.164, like +14155550123'],
  ])('%o is turned away with the reason', async (parameters, reason) => {
    const lab = await GatewayLab.open();
    const stream = await dial(lab, parameters);
    const closed = await stream.client.closed;
    expect(closed.code).toBe(1008);
    expect(closed.reason).toContain(reason);
    expect(lab.requests.all).toEqual([]);
  });

  test('a line that is not μ-law at 8 kHz is turned away with the reason', async () => {
    const lab = await GatewayLab.open();
    const client = await lab.connect('/twilio');
    const mediaFormat = { encoding: 'audio/x-l16', sampleRate: 8_000, channels: 1 };
    client.send({ event: 'start', streamSid: 'MZ1', start: { callSid: 'CA1', mediaFormat } });
    expect(await client.closed).toEqual({
      code: 1008,
      reason: 'start.mediaFormat.encoding: send audio/x-mulaw',
    });
  });
});

describe('a Twilio stream carries a call', () => {
  test("the caller's speech is written with its pre-roll, and nothing of the silence", async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(silence(1_000));
    stream.say(tone(600));
    await stream.speak(silence(400));
    const started = await call.event('speech.started');
    const stopped = await call.event('speech.stopped');
    expect(started.audioMs).toBeGreaterThan(960);
    expect(started.audioMs).toBeLessThan(1_040);
    expect(stopped.audioMs).toBeGreaterThan(1_560);
    expect(stopped.audioMs).toBeLessThan(1_640);
    const first = call.audio.all[0]!.header;
    const bytes = call.audio.all.reduce((sum, { audio }) => sum + audio.length, 0);
    expect(first).toEqual({ audioMs: started.audioMs - 300, format: mulaw });
    // All that speech took, the pre-roll, and the silence by which its end was known.
    expect(bytes / 8).toBeGreaterThanOrEqual(900);
    expect(bytes / 8).toBeLessThanOrEqual(1_200);
  });

  test('all audio of a stretch of speech is there when its end is announced', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    let chunksAtStop = 0;
    await call.stream.onEvents('0', ({ type }) => {
      if (type === 'speech.stopped') chunksAtStop = call.audio.all.length;
    });
    stream.say(tone(500));
    stream.say(silence(450));
    await call.event('speech.stopped');
    stream.client.send({ event: 'dtmf', dtmf: { digit: '1' } });
    await call.event('caller.digit');
    expect(chunksAtStop).toBeGreaterThan(0);
    expect(call.audio.all).toHaveLength(chunksAtStop);
  });

  test('bot audio comes as media of the stream, with a mark after it', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const { client } = await dial(lab);
    await call.say('greeting', 'Hello.', 100);
    await client.message('mark');
    expect(client.messages.all).toEqual([
      {
        event: 'media',
        streamSid: 'MZ1',
        media: { payload: Buffer.alloc(800, 0x10).toString('base64') },
      },
      { event: 'mark', streamSid: 'MZ1', mark: { name: 'greeting:1' } },
    ]);
    const ended = await call.event('playback.ended');
    expect(ended).toMatchObject({
      utterance: 'greeting',
      interrupted: false,
      playedMs: 100,
      heard: 'Hello.',
    });
  });

  test('a key becomes an event', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const { client } = await dial(lab);
    client.send({ event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '#' } });
    expect((await call.event('caller.digit')).digit).toBe('#');
  });

  test('stop is a hang-up', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.stop();
    expect((await call.event('caller.disconnected')).reason).toBe('hangup');
    expect((await stream.client.closed).code).toBe(1000);
  });

  test('a stream that breaks off is not', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.event('caller.connected');
    stream.client.socket.terminate();
    expect((await call.event('caller.disconnected')).reason).toBe('dropped');
  });

  test('messages that make no sense are counted and ignored, and the call goes on', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    const { client } = stream;
    client.send('{"event":');
    client.send('[]');
    client.send('null');
    client.send({ event: 'shout' });
    client.send(Buffer.alloc(160));
    client.send({ event: 'media' });
    client.send({ event: 'media', media: { payload: 7 } });
    client.send({ event: 'dtmf', dtmf: { digit: 'twelve' } });
    client.send({ event: 'mark' });
    stream.start('CA2');
    stream.media('//8=');
    stream.media('//8=', 1);
    stream.media('not base64!');
    stream.say(tone(300));
    await call.event('speech.started');
    const faults = await lab.registry.getSingleMetric('orkestra_gateway_faults_total')!.get();
    const counts = Object.fromEntries(faults.values.map(({ labels, value }) => [labels.kind, value]));
    expect(counts).toEqual({
      malformed: 2,
      unknown: 2,
      'wrong-kind': 1,
      invalid: 5,
      'out-of-order': 2,
    });
    expect(call.types().filter((type) => type === 'caller.connected')).toHaveLength(1);
  });
});
