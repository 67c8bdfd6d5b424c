import { afterEach, describe, expect, test, vi } from 'vitest';
import { now } from '../stream/call-stream.ts';
import { formatKey, streamKey } from '../stream/keys.ts';
import { silence, tone, TwilioStream } from '../test/gateway/client.ts';
import { GatewayLab, mulaw } from '../test/gateway/lab.ts';
import { RedisServer } from '../test/redis-server.ts';
import type { Gateway } from './server.ts';

async function dial(lab: GatewayLab, gateway: Gateway = lab.first, parameters: Record<string, string> = {}) {
  const stream = new TwilioStream(await lab.connect('/twilio', gateway));
  stream.start('CA1', { session: lab.session, ...parameters });
  return stream;
}

afterEach(() => void vi.useRealTimers());

describe('a caller who speaks while the bot does', () => {
  test('is given the word at once, and once there are words for good; the call knows what was heard', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.say('greeting', 'Welcome to the bank, how may I help you today?', 5_000);
    await call.event('playback.started');
    stream.say(tone(200));
    await stream.client.message('clear');
    const paused = await call.event('playback.paused');
    stream.say(silence(400));
    await call.event('speech.stopped');
    await call.stream.emit({ type: 'turn.partial', at: 0, turn: 1, attempt: 1, text: 'Wait a moment' });
    const ended = await call.event('playback.ended');
    const { playedMs } = paused;
    expect(ended).toMatchObject({ utterance: 'greeting', interrupted: true, playedMs });
    expect(ended.heard).not.toContain('today');
    const { length } = stream.client.audio.all;
    await call.say('say-1', 'Go on.', 100);
    await call.event('playback.ended', ({ utterance }) => utterance === 'say-1');
    expect(stream.client.audio.all).toHaveLength(length + 1);
  });

  test('but says nothing hears the rest, from where it was', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.say('greeting', 'Welcome to the bank.', 1_200);
    await call.event('playback.started');
    stream.say(tone(200));
    const { playedMs } = await call.event('playback.paused');
    stream.say(silence(400));
    await call.event('speech.stopped');
    const ignored = { type: 'turn.ignored', at: 0, turn: 1, attempt: 1, text: '', reason: 'noise' } as const;
    await call.stream.emit(ignored);
    const { fromMs } = await call.event('playback.resumed');
    expect(fromMs).toBeLessThanOrEqual(playedMs);
    expect(await call.event('playback.ended')).toMatchObject({
      interrupted: false,
      playedMs: 1_200,
      heard: 'Welcome to the bank.',
    });
    const pauses = await lab.registry.getSingleMetricAsString('orkestra_gateway_pauses_total');
    expect(pauses).toContain('orkestra_gateway_pauses_total 1');
  });

  test('hears the rest as well where the recogniser has nothing to say of that', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.say('greeting', 'Welcome to the bank.', 600);
    await call.event('playback.started');
    stream.say(tone(200));
    stream.say(silence(400));
    await call.event('playback.resumed');
    expect(await call.event('playback.ended')).toMatchObject({ interrupted: false });
  });

  test('without an end stops it, words or not', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.say('greeting', 'Welcome to the bank.', 5_000);
    await call.event('playback.started');
    await stream.speak(tone(2_000));
    expect(await call.event('playback.ended')).toMatchObject({ interrupted: true });
    expect(call.types()).not.toContain('speech.stopped');
  });

  test('is not, where the call does not allow it', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab, lab.first, { 'set.bargeIn': 'false' });
    await call.say('greeting', 'Please listen.', 400);
    await call.event('playback.started');
    stream.say(tone(200));
    await call.event('speech.started');
    expect((await call.event('playback.ended')).interrupted).toBe(false);
    expect(call.types()).not.toContain('playback.paused');
  });

  test('is not either, where the call that they join does not allow it', async () => {
    const lab = await GatewayLab.open();
    lab.answer = async () => 'running';
    const call = await lab.watch();
    await call.stream.emit({ type: 'call.configured', at: 0, bargeIn: false });
    const stream = await dial(lab);
    await call.say('greeting', 'Please listen.', 400);
    await call.event('playback.started');
    stream.say(tone(200));
    await call.event('speech.started');
    expect((await call.event('playback.ended')).interrupted).toBe(false);
    expect(call.types()).not.toContain('playback.paused');
  });

  test('is not any more, once that has been configured', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.stream.emit({ type: 'call.configured', at: 0, bargeIn: false });
    await call.say('greeting', 'Please listen.', 400);
    await call.event('playback.started');
    stream.say(tone(200));
    await call.event('speech.started');
    expect((await call.event('playback.ended')).interrupted).toBe(false);
    expect(call.types()).not.toContain('playback.paused');
  });

  test('before the reply came does not hear it any more, once the new words are known', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(200));
    await call.event('speech.started');
    await call.final(1, 1);
    await call.say('reply-1', 'Yes.', 300, { turn: 1, revision: 1 });
    await call.stream.emit({ type: 'turn.partial', at: 0, turn: 2, attempt: 1, text: 'No,' });
    expect(await call.event('playback.ended')).toMatchObject({
      utterance: 'reply-1',
      playedMs: 0,
      heard: '',
    });
    expect(stream.client.audio.all).toEqual([]);
  });

  test('during the reply stops it, even where the words came first', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.final(1, 1);
    await call.say('reply-1', 'Yes.', 3_000, { turn: 1, revision: 1 });
    await call.event('playback.started');
    await call.stream.emit({ type: 'turn.partial', at: 0, turn: 2, attempt: 1, text: 'No,' });
    await stream.client.message('clear');
    expect(await call.event('playback.ended')).toMatchObject({ utterance: 'reply-1', interrupted: true });
  });

  test('hears the reply after a cough that came before it', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(200));
    await call.event('speech.started');
    await call.final(1, 1);
    await call.say('reply-1', 'Yes.', 100, { turn: 1, revision: 1 });
    stream.say(silence(400));
    await call.event('playback.ended');
    const types = call.types();
    expect(types.indexOf('playback.started')).toBeGreaterThan(types.indexOf('speech.stopped'));
  });

  test('hears what the bot has to say of itself afterwards', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(200));
    await call.event('speech.started');
    await call.say('say-1', 'By the way.', 100);
    stream.say(silence(400));
    await call.event('playback.ended');
    const types = call.types();
    expect(types.indexOf('playback.started')).toBeGreaterThan(types.indexOf('speech.stopped'));
  });
});

describe('a reply', () => {
  test('tells how long the caller waited for it, from the last frame of speech', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(300));
    stream.say(silence(400));
    const { at } = await call.event('speech.stopped');
    await call.say('reply-1', 'Yes.', 100, { turn: 1, revision: 1 });
    await call.final(1, 1);
    const started = await call.event('playback.started');
    expect(started.voiceToVoiceMs).toBeCloseTo(started.at - at, 3);
    const metric = await lab.registry.getSingleMetricAsString('orkestra_gateway_voice_to_voice_seconds');
    expect(metric).toContain('orkestra_gateway_voice_to_voice_seconds_count 1');
  });

  test('to typed words answers no speech', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const client = await lab.connect('/pcm');
    client.send({ type: 'start', session: lab.session, sampleRate: 8_000 });
    client.send(Buffer.from(tone(300).buffer));
    client.send(Buffer.from(silence(400).buffer));
    await call.event('speech.stopped');
    client.send({ type: 'text', text: 'No, wait.' });
    await call.event('caller.typed');
    await call.final(1, 1);
    await call.say('reply-1', 'Yes.', 100, { turn: 1, revision: 1 });
    expect((await call.event('playback.started')).voiceToVoiceMs).toBeUndefined();
  });
});

describe('a caller whose client falls silent in mid-word', () => {
  test('has stopped speaking all the same', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(320));
    expect((await call.event('speech.stopped')).audioMs).toBe(320);
  });

  test('and one who hangs up in mid-word as well, before they are gone', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    stream.say(tone(320));
    await call.event('speech.started');
    stream.stop();
    await call.event('caller.disconnected');
    expect(call.types().slice(-2)).toEqual(['speech.stopped', 'caller.disconnected']);
    const bytes = call.audio.all.reduce((sum, { audio }) => sum + audio.length, 0);
    expect(bytes / 8).toBe(320);
  });
});

describe('a caller who comes back', () => {
  const everywhere: [string, (lab: GatewayLab) => Promise<Gateway>][] = [
    ['the same gateway', async (lab) => lab.first],
    ['another gateway', (lab) => lab.gateway()],
  ];

  test.each(everywhere)('to %s takes the place of the old connection', async (_, find) => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const old = await dial(lab);
    await call.say('greeting', 'One.', 60);
    await call.event('playback.ended');
    await call.say('say-1', 'A long story.', 800);
    await call.event('playback.started', ({ utterance }) => utterance === 'say-1');
    const fresh = await dial(lab, await find(lab));
    expect(await old.client.closed).toEqual({
      code: 4001,
      reason: 'another connection took over this call',
    });
    const { fromMs } = await call.event('playback.resumed');
    const ended = await call.event('playback.ended', ({ utterance }) => utterance === 'say-1');
    expect(ended).toMatchObject({ interrupted: false, heard: 'A long story.' });
    // What was heard before is not said again, what was begun goes on.
    expect(fresh.client.heard()).toHaveLength((800 - fromMs) * 8);
    expect(call.types()).not.toContain('caller.disconnected');
  });

  test.each(everywhere)('after a break to %s hears the rest of what was being said', async (_, find) => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const old = await dial(lab);
    await call.say('greeting', 'one two three four five six', 1_200);
    await call.event('playback.started');
    // The fourth frame is sent once some of the first has been heard.
    await old.client.messages.first(({ event, mark }) => event === 'mark' && mark.name === 'greeting:4');
    old.client.socket.terminate();
    await call.event('caller.disconnected');
    expect(call.types()).not.toContain('playback.ended');
    const { playedMs } = await call.event('playback.paused');
    const fresh = await dial(lab, await find(lab));
    const { fromMs } = await call.event('playback.resumed');
    expect(playedMs).toBeGreaterThan(fromMs);
    expect(await call.event('playback.ended')).toMatchObject({
      interrupted: false,
      playedMs: 1_200,
      heard: 'one two three four five six',
    });
    expect(fresh.client.heard()).toHaveLength((1_200 - fromMs) * 8);
  });

  test('after their gateway died does not wait for its last word', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const gone = { connection: 'gone', gateway: 'gateway-that-died', format: mulaw };
    await call.stream.emit({ type: 'caller.connected', at: now(), ...gone });
    await call.say('greeting', 'one two three four five six', 1_200);
    await call.stream.emit({ type: 'playback.started', at: now() - 500, utterance: 'greeting' });
    // So that no time passes for whoever waits.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    await dial(lab);
    await call.event('playback.resumed');
  });

  test('after a break hears what was not played yet', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const old = await dial(lab);
    await call.say('greeting', 'One.', 60);
    await call.event('playback.ended');
    old.client.socket.terminate();
    await call.event('caller.disconnected');
    await call.final(1, 1);
    await call.say('reply-1', 'Two.', 80, { turn: 1, revision: 1 });
    const fresh = await dial(lab);
    await call.event('playback.ended', ({ utterance }) => utterance === 'reply-1');
    expect(fresh.client.heard()).toHaveLength(640);
  });
});

describe('a call that ends', () => {
  test('plays out what is being said, then closes the line', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const { client } = await dial(lab);
    await call.say('farewell', 'Goodbye.', 500);
    await call.event('playback.started');
    await call.stream.emit({ type: 'call.ended', at: 0, reason: 'the caller is done' });
    expect(await client.closed).toEqual({ code: 1000, reason: 'the caller is done' });
    expect(client.heard()).toHaveLength(4_000);
    expect((await call.event('playback.ended')).heard).toBe('Goodbye.');
    expect(call.types()).not.toContain('caller.disconnected');
  });
});

describe('while Temporal takes its time', () => {
  test('what the caller says is in the stream already', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    let started!: () => void;
    lab.answer = () => new Promise((resolve) => (started = () => resolve('started')));
    const stream = await dial(lab);
    stream.say(tone(300));
    await call.event('speech.started');
    await call.audio.first(() => true);
    // Nothing is said to somebody who may yet be refused.
    await call.say('greeting', 'Hello.', 100);
    expect(call.types()).not.toContain('playback.started');
    stream.say(silence(400));
    await call.event('speech.stopped');
    started();
    await call.event('playback.started');
  });
});

describe('while Redis is away', () => {
  test('what a caller says is kept within bounds, and the call goes on when it is back', async () => {
    const redis = await RedisServer.start();
    const lab = await GatewayLab.open({ unwritten: 5 }, redis.url);
    lab.belongings.push(redis);
    const call = await lab.watch();
    const stream = await dial(lab);
    await call.event('caller.connected');
    await redis.kill();
    stream.say(tone(3_000));
    stream.say(silence(400));
    // The answer to a ping comes after all that was sent before it has been taken in.
    stream.client.socket.ping();
    await new Promise((resolve) => stream.client.socket.once('pong', resolve));
    const dropped = await lab.registry.getSingleMetric('orkestra_gateway_dropped_total')!.get();
    const some = dropped.values.filter(({ value }) => value > 0);
    expect(some.map(({ labels }) => labels)).toEqual([{ what: 'audio' }]);
    await redis.start();
    await call.event('speech.stopped');
    await call.say('say-1', 'Are you still there?', 100);
    expect(await call.event('playback.ended')).toMatchObject({ utterance: 'say-1', interrupted: false });
  });
});

describe('when Redis was emptied in mid-call', () => {
  test('the caller is told of again once they speak, so that the bot finds its voice', async () => {
    const lab = await GatewayLab.open();
    const call = await lab.watch();
    const stream = await dial(lab);
    const before = await call.event('caller.connected');
    const key = formatKey(lab.session);
    await lab.hub.redis.del(key, streamKey(lab.session, 'events'));
    stream.say(tone(300));
    const again = await call.event('caller.connected', ({ at }) => at > before.at);
    expect(again).toMatchObject({ connection: before.connection, format: before.format, again: true });
    expect(before.again).toBeUndefined();
    expect(JSON.parse((await lab.hub.redis.get(key))!)).toEqual(before.format);
    await call.say('say-1', 'Go on.', 100);
    expect(await call.event('playback.ended')).toMatchObject({ utterance: 'say-1' });
    expect(call.types().filter((type) => type === 'caller.disconnected')).toEqual([]);
  });
});
