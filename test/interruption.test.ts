import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LlmEngine } from '../engines/llm/engine.ts';
import { createScriptedStt } from '../engines/stt/scripted.ts';
import type { TtsEngine, TtsRequest } from '../engines/tts/engine.ts';
import { createScriptedTts } from '../engines/tts/scripted.ts';
import { CallStream, now } from '../stream/call-stream.ts';
import type { CallEvent, CallEventType, EventOf } from '../stream/events.ts';
import { CallLab } from './call-lab.ts';
import { Happenings } from './gateway/wait.ts';

/** A model that has a lot to say, and stops only when it is told to. */
class Talker implements LlmEngine {
  readonly name = 'talker';
  readonly stopped = new Happenings<string>();
  warmUp = async () => undefined;
  close = async () => undefined;

  async *reply({ messages }: Parameters<LlmEngine['reply']>[0], signal: AbortSignal) {
    yield { type: 'text' as const, text: 'This is a sentence. This is the next one. ' };
    await once(signal, 'abort');
    this.stopped.add(messages.at(-1)!.text);
    yield { type: 'text' as const, text: 'Nobody wants to know this.' };
  }
}

/** A voice that begins a sentence, and says the rest only when it is told to stop. */
class Drawler implements TtsEngine {
  readonly name = 'drawler';
  readonly sampleRate = 8_000;
  readonly voices = ['default'];
  readonly stopped = new Happenings<string>();
  private readonly prompts = createScriptedTts();
  warmUp = async () => undefined;
  close = async () => undefined;

  async *synthesize(request: TtsRequest, signal: AbortSignal) {
    if (!request.text.startsWith('This is')) {
      yield* this.prompts.synthesize(request, signal);
      return;
    }
    yield new Int16Array(800).fill(1_000);
    await once(signal, 'abort');
    this.stopped.add(request.text);
    yield new Int16Array(800).fill(2_000);
  }
}

let lab: CallLab;
const llm = new Talker();
const tts = new Drawler();
beforeAll(async () => {
  lab = await CallLab.open({ llm, tts, stt: createScriptedStt(['uh-huh', 'what is my balance']) });
});
afterAll(() => lab.close());

/** The call's stream, seen from where the gateway stands. */
async function gatewayOf(session: string) {
  const stream = new CallStream(lab.hub, session);
  const events = new Happenings<CallEvent>();
  const audio = new Happenings<string>();
  await stream.onEvents('0', (event) => events.add(event));
  await stream.onAudioOut('0', ({ header }) => audio.add(header.utterance));
  const event = <T extends CallEventType>(type: T, fits: (event: EventOf<T>) => boolean = () => true) =>
    events.first((each): each is EventOf<T> => each.type === type && fits(each as EventOf<T>));
  return { stream, events, audio, event };
}

/** A call whose bot has begun to answer. */
async function answering() {
  const call = await lab.start();
  const gateway = await gatewayOf(call.session);
  const utterance = 'reply-1';
  await call.caller.connect();
  await call.caller.type('Tell me everything.');
  await gateway.audio.first((name) => name === utterance);
  return { ...call, gateway, utterance };
}

test('an interruption ends the model’s request and the voice', async () => {
  const { session, handle, caller, gateway, utterance } = await answering();
  await gateway.stream.emit({ type: 'playback.started', at: now(), utterance });
  await gateway.stream.emit({
    type: 'playback.ended',
    at: now(),
    utterance,
    interrupted: true,
    playedMs: 700,
    heard: 'This is',
  });
  await llm.stopped.first((question) => question === 'Tell me everything.');
  await gateway.event('reply.done', ({ turn }) => turn === 1);
  await caller.hangUp();
  await handle.result();
  expect(lab.turnRows.filter((row) => row.session === session)).toMatchObject([
    { turn: { turn: 1, heard: 'This is', interrupted: true } },
  ]);
  const said = gateway.events.all.flatMap((event) => (event.type === 'reply.sentence' ? [event.text] : []));
  expect(said.join(' ')).not.toContain('Nobody');
  await tts.stopped.first((text) => text === 'This is a sentence.');
  expect(gateway.audio.all.filter((name) => name === utterance)).toHaveLength(1);
  caller.leave();
});

test.each([
  ['is heard on by a caller who comes back', true],
  ['counts as heard up to there where they do not', false],
])('an answer that broke off with its connection %s', async (_, comesBack) => {
  const { session, handle, caller, gateway, utterance } = await answering();
  const here = { utterance, playedMs: 700 };
  const left = { words: 'This is a', asking: false, left: { heard: 'This is' } };
  await gateway.stream.emit(
    { type: 'playback.started', at: now(), utterance },
    { type: 'playback.paused', at: now(), ...here, ...left },
    { type: 'caller.disconnected', at: now(), connection: 'test', reason: 'dropped' },
  );
  if (comesBack) {
    await gateway.stream.emit({ type: 'playback.resumed', at: now(), utterance, fromMs: 300 });
    const ended = { ...here, playedMs: 900, interrupted: true, heard: 'This is a sentence.' };
    await gateway.stream.emit({ type: 'playback.ended', at: now(), ...ended });
  }
  await caller.hangUp();
  await handle.result();
  expect(lab.turnRows.filter((row) => row.session === session)).toMatchObject([
    { turn: { turn: 1, heard: comesBack ? 'This is a sentence.' : 'This is', interrupted: true } },
  ]);
  caller.leave();
});

test('a sign of listening while the bot speaks is no turn, and the words after it are one of their own', async () => {
  const { session, handle, caller } = await lab.start();
  const gateway = await gatewayOf(session);
  await caller.connect();
  await caller.untilHeard('greeting');
  const utterance = 'say-1';
  await gateway.stream.emit({ type: 'playback.started', at: now(), utterance });
  await caller.speak();
  expect(await gateway.event('turn.ignored')).toMatchObject({ reason: 'backchannel', text: 'uh-huh' });
  const heard = { interrupted: false, playedMs: 900, heard: 'By the way.' };
  await gateway.stream.emit({ type: 'playback.ended', at: now() - 2_000, utterance, ...heard });
  await caller.speak();
  expect(await gateway.event('turn.final')).toMatchObject({ turn: 1, text: 'what is my balance' });
  const told = gateway.events.all.flatMap((event) =>
    event.type === 'turn.partial' || event.type === 'turn.eager' ? [event.text] : [],
  );
  expect(told).not.toContain('uh-huh');
  await caller.hangUp();
  await handle.result();
  caller.leave();
});
