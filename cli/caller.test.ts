import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CallEvent } from '../stream/events.ts';
import { Caller } from './caller.ts';

/** The other end of the line, in the test's hands. */
let server: WebSocketServer;
let url: string;
let caller: Caller | undefined;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/pcm`;
});

afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  await caller?.ended;
  caller = undefined;
});

const send = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));

/** What the gateway's end receives: JSON messages and audio, in order. */
class Line {
  readonly audio: Buffer[] = [];
  private readonly messages: Record<string, unknown>[] = [];
  private waiting: { holds: () => boolean; resolve: () => void }[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.audio.push(data);
      else this.messages.push(JSON.parse(data.toString()));
      this.waiting = this.waiting.filter(({ holds, resolve }) => (holds() ? void resolve() : true));
    });
  }

  async message(type: string): Promise<Record<string, unknown>> {
    const find = () => this.messages.find((message) => message.type === type);
    await this.until(() => find() !== undefined);
    return find()!;
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) resolve();
      else this.waiting.push({ holds, resolve });
    });
  }

  /** Everything heard so far, as samples. */
  samples(): Int16Array {
    const bytes = Buffer.concat(this.audio);
    return new Int16Array(new Uint8Array(bytes).buffer);
  }
}

/** A caller and a gateway that has taken up the call. */
async function connected(onEvent: (event: CallEvent) => void = () => undefined) {
  const connection = once(server, 'connection');
  caller = await Caller.connect(url, onEvent);
  const line = new Line((await connection)[0] as WebSocket);
  const started = caller.start({ session: 'test-1', settings: { bargeIn: false } });
  const request = await line.message('start');
  send(line.socket, { type: 'started', session: 'test-1', format: {} });
  await started;
  return { caller, line, request };
}

const tone = (length: number, value: number) => new Int16Array(length).fill(value);
const bytes = (samples: Int16Array) => Buffer.from(samples.buffer);
const count = (samples: Int16Array, value: number) => samples.filter((sample) => sample === value).length;

describe('a caller', () => {
  test('says which call it wants, and that it wants to see its events', async () => {
    const { request } = await connected();
    expect(request).toEqual({
      type: 'start',
      session: 'test-1',
      sampleRate: 16_000,
      events: true,
      settings: { bargeIn: false },
    });
  });

  test('speaks in frames of 20 ms, whole, with silence before and after', async () => {
    const { caller, line } = await connected();
    await line.until(() => line.audio.length >= 2);
    await caller.say(tone(1_000, 7));
    const spoken = line.audio.length;
    await line.until(() => line.audio.length >= spoken + 4);
    expect(new Set(line.audio.map(({ length }) => length))).toEqual(new Set([640]));
    expect(count(line.samples(), 7)).toBe(1_000);
    expect(line.samples().at(0)).toBe(0);
    expect(line.samples().at(-1)).toBe(0);
  });

  test('echoes a mark when what came before it has been heard', async () => {
    const { caller, line } = await connected();
    line.socket.send(bytes(tone(3_200, 5)));
    send(line.socket, { type: 'mark', name: 'reply-1' });
    expect(await line.message('mark')).toEqual({ type: 'mark', name: 'reply-1' });
    expect(count(caller.recording().bot, 5)).toBe(3_200);
  });

  test('never hears what was cleared', async () => {
    const { caller, line } = await connected();
    // Ten seconds, of which only the beginning can have been heard when the rest is dropped.
    line.socket.send(bytes(tone(160_000, 5)));
    await line.until(() => count(caller.recording().bot, 5) > 0);
    send(line.socket, { type: 'clear' });
    line.socket.send(bytes(tone(320, 6)));
    send(line.socket, { type: 'mark', name: 'after' });
    await line.message('mark');
    const { bot } = caller.recording();
    expect(count(bot, 5)).toBeLessThan(160_000);
    expect(count(bot, 6)).toBe(320);
    expect(bot.lastIndexOf(5)).toBeLessThan(bot.indexOf(6));
  });

  test('keeps both sides of the call on one clock', async () => {
    const { caller, line } = await connected();
    await caller.say(tone(640, 7));
    line.socket.send(bytes(tone(640, 5)));
    send(line.socket, { type: 'mark', name: 'end' });
    await line.message('mark');
    const recording = caller.recording();
    expect(recording.caller.length).toBe(recording.bot.length);
    expect(recording.bot.indexOf(5)).toBeGreaterThan(recording.caller.lastIndexOf(7));
  });

  test('types and presses keys', async () => {
    const { caller, line } = await connected();
    caller.type('What are your opening hours?');
    expect(await line.message('text')).toEqual({ type: 'text', text: 'What are your opening hours?' });
    caller.press('#');
    expect(await line.message('digit')).toEqual({ type: 'digit', digit: '#' });
  });

  test('is told of events, and passes over what it does not know', async () => {
    const events: CallEvent[] = [];
    const { caller, line } = await connected((event) => events.push(event));
    line.socket.send('no JSON');
    send(line.socket, { type: 'news', from: 'a later version' });
    send(line.socket, { type: 'event', event: { type: 'call.ended', at: 5, reason: 'done', id: '1-0' } });
    send(line.socket, { type: 'ended', reason: 'done' });
    expect(await caller.ended).toBe('done');
    expect(events).toEqual([{ type: 'call.ended', at: 5, reason: 'done' }]);
  });

  test('hangs up, also on a gateway that does not answer any more', async () => {
    const { caller, line } = await connected();
    const stopped = line.message('stop');
    const hungUp = caller.hangUp();
    await stopped;
    await hungUp;
    expect(await caller.ended).toBe('the caller hung up');
  });

  test('whose connection breaks while speaking is not left waiting', async () => {
    const { caller, line } = await connected();
    const said = caller.say(tone(160_000, 7));
    await line.until(() => line.audio.length >= 2);
    line.socket.terminate();
    await said;
    expect(await caller.ended).toMatch(/^the gateway closed the connection/);
  });
});

describe('a call that can’t be had', () => {
  test('is refused in the gateway’s own words', async () => {
    const connection = once(server, 'connection');
    caller = await Caller.connect(url, () => undefined);
    const [socket] = (await connection) as [WebSocket];
    const started = caller.start({ session: 'test-1' });
    send(socket, { type: 'refused', reason: 'no domain is called bakery' });
    await expect(started).rejects.toMatchObject({
      message: 'The gateway refused the call: no domain is called bakery.',
      exitCode: 1,
    });
    socket.close();
  });

  test('names the address where no gateway answers', async () => {
    await expect(Caller.connect('ws://127.0.0.1:9/pcm', () => undefined)).rejects.toMatchObject({
      message:
        'No gateway answers at ws://127.0.0.1:9/pcm (ECONNREFUSED): start one with `orkestra worker gateway`, or everything with `orkestra up`.',
      exitCode: 1,
    });
  });
});
