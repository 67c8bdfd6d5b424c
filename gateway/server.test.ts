import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { tone, TwilioStream } from '../test/gateway/client.ts';
import { GatewayLab } from '../test/gateway/lab.ts';

async function dial(lab: GatewayLab, session = lab.session) {
  const stream = new TwilioStream(await lab.connect('/twilio'));
  stream.start('CA1', { session });
  return stream;
}

const refusal = (status: number) => `Unexpected server response: ${status}`;

describe('the door', () => {
  test('a path that leads nowhere is answered with 404', async () => {
    const lab = await GatewayLab.open();
    await expect(lab.connect('/phone')).rejects.toThrow(refusal(404));
    await expect(lab.connect('//')).rejects.toThrow(refusal(404));
  });

  test('a browser that comes without a WebSocket is told so', async () => {
    const lab = await GatewayLab.open();
    const status = await new Promise((resolve, reject) => {
      const asked = request({ port: lab.first.port, path: '/twilio' }, (answer) =>
        resolve(answer.statusCode),
      );
      asked.on('error', reject).end();
    });
    expect(status).toBe(426);
  });

  test('a page of another site gets no call; our own page does', async () => {
    const lab = await GatewayLab.open();
    const at = `127.0.0.1:${lab.first.port}`;
    const connectFrom = (origin: string) => {
      const socket = new WebSocket(`ws://${at}/pcm`, { origin });
      return once(socket, 'open').then(() => socket.terminate());
    };
    await expect(connectFrom('https://elsewhere.example')).rejects.toThrow(refusal(403));
    await expect(connectFrom('null')).rejects.toThrow(refusal(403));
    await connectFrom(`http://${at}`);
  });

  test('one socket more than twice the calls is told to come back', async () => {
    const lab = await GatewayLab.open({}, undefined, { ORKESTRA_GATEWAY_CALLERS: '1' });
    const only = await lab.connect('/twilio');
    await lab.connect('/twilio');
    await expect(lab.connect('/twilio')).rejects.toThrow(refusal(503));
    only.socket.close();
    await only.closed;
    await lab.connect('/twilio');
  });

  test('a client that says nothing is shown out', async () => {
    const lab = await GatewayLab.open({ startMs: 50 });
    for (const path of ['/twilio', '/pcm']) {
      const client = await lab.connect(path);
      expect(await client.closed).toEqual({
        code: 1008,
        reason: 'send a start message within 0.05 s of connecting',
      });
    }
  });

  test('a client that has started is not', async () => {
    const lab = await GatewayLab.open({ startMs: 200 });
    const call = await lab.watch();
    const stream = await dial(lab);
    const late = await lab.connect('/twilio');
    await late.closed;
    stream.say(tone(300));
    await call.event('speech.started');
  });
});

describe('a caller who misbehaves costs their own call alone', () => {
  const misdeeds: [string, number, (stream: TwilioStream) => void][] = [
    ['a message that is too big', 1009, ({ client }) => client.send('x'.repeat(70_000))],
    ['a message that is far too big', 1009, ({ client }) => client.send('x'.repeat(300_000))],
    ['invalid UTF-8', 1007, ({ client }) => client.socket.send(Buffer.from([0xff]), { binary: false })],
    ['audio much faster than time', 1008, (stream) => stream.say(tone(11_000))],
    [
      'nonsense without end',
      1008,
      ({ client }) => {
        for (let i = 0; i < 500; i++) client.send('nonsense');
      },
    ],
  ];

  test.each(misdeeds)('%s', async (_, code, misbehave) => {
    const lab = await GatewayLab.open();
    const bad = await lab.watch(`${lab.session}-bad`);
    const good = await lab.watch();
    const goodStream = await dial(lab);
    const badStream = await dial(lab, `${lab.session}-bad`);
    await bad.event('caller.connected');
    misbehave(badStream);
    expect((await badStream.client.closed).code).toBe(code);
    expect((await bad.event('caller.disconnected')).reason).toBe('dropped');
    goodStream.say(tone(300));
    await good.event('speech.started');
  });

  test('a frame that is no WebSocket frame', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    const raw = connect(lab.first.port, '127.0.0.1');
    raw.write(
      'GET /twilio HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await new Promise((resolve) => raw.once('data', resolve));
    raw.write(Buffer.alloc(200, 0xff));
    raw.resume();
    await new Promise((resolve) => raw.once('close', resolve));
    stream.say(tone(300));
    await call.event('speech.started');
  });

  test('a flood of messages ends its own connection alone', async () => {
    const lab = await GatewayLab.open({ messagesAtOnce: 100, messagesPerSecond: 1 });
    const [flooding, other] = [await lab.connect('/pcm'), await lab.connect('/pcm')];
    for (const client of [flooding, other]) {
      client.send({ type: 'start', session: `${lab.session}-${client === other}`, sampleRate: 16_000 });
      await client.message('started');
    }
    for (let i = 0; i < 101; i++) flooding.send({ type: 'mark', name: 'm' });
    expect(await flooding.closed).toEqual({ code: 1008, reason: 'keep to 1 messages a second' });
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  test('a caller who stops reading is cut before what waits for them fills the memory', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await lab.connect('/pcm');
    client.send({ type: 'start', session: lab.session, sampleRate: 8_000, events: true });
    await client.message('started');
    client.socket.pause();
    const text = 'x'.repeat(2_000);
    // More than the sockets of this machine hold; each event is forwarded to the client.
    const written = Array.from({ length: 8_000 }, () =>
      call.stream.emit({ type: 'caller.typed', at: 0, text }),
    );
    expect((await call.event('caller.disconnected')).reason).toBe('dropped');
    await Promise.all(written);
  });

  test('a caller who answers no ping is cut', async () => {
    const lab = await GatewayLab.open({ pingMs: 50 });
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.event('caller.connected');
    stream.client.socket.pause();
    expect((await call.event('caller.disconnected')).reason).toBe('dropped');
  });

  test('a caller who only answers pings is not', async () => {
    const lab = await GatewayLab.open({ pingMs: 50 });
    const call = await lab.watch();
    const stream = await dial(lab);
    let pings = 0;
    await new Promise<void>((resolve) => stream.client.socket.on('ping', () => ++pings === 4 && resolve()));
    stream.say(tone(300));
    await call.event('speech.started');
  });
});

describe('leaving', () => {
  test('a draining gateway takes no new caller, and is done when the last has gone', async () => {
    const lab = await GatewayLab.open();
    const stream = await dial(lab);
    let done = false;
    const drained = lab.first.drain().then(() => (done = true));
    await expect(lab.connect('/twilio')).rejects.toThrow(refusal(503));
    expect(done).toBe(false);
    stream.client.socket.close();
    await drained;
  });

  test('a draining gateway does not wait for ever', async () => {
    const lab = await GatewayLab.open({}, undefined, { ORKESTRA_GATEWAY_DRAIN_MS: '50' });
    const stream = await dial(lab);
    await lab.first.drain();
    expect(stream.client.socket.readyState).toBe(stream.client.socket.OPEN);
  });

  test('a closing gateway asks its callers to connect again, and the call knows', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    const idle = await lab.connect('/pcm');
    await call.event('caller.connected');
    await lab.first.close();
    const closed = { code: 1012, reason: 'the gateway restarts; connect again' };
    expect(await stream.client.closed).toEqual(closed);
    expect(await idle.closed).toEqual(closed);
    expect((await call.event('caller.disconnected')).reason).toBe('dropped');
  });
});
