import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { endUpdate, stateQuery, transcriptQuery } from '../../workflows/messages.ts';
import { echoLlm } from '../call-lab.ts';
import type { Watched } from '../gateway/lab.ts';
import { TelephoneCall, TelephoneLab } from './telephone-lab.ts';
import { AGENT_NUMBER } from './twilio-service.ts';

const LONG = 'This is an answer that takes a good while to be spoken from its first word to its last one.';

/** `7` asks for a long answer, `9` for a person. */
const llm: LlmEngine = {
  ...echoLlm,
  async *reply(request, signal) {
    const said = request.messages.at(-1)!.text;
    if (said === '9') {
      const input = { reason: 'a card was stolen' };
      const output = await request.effects!.use('transfer_to_person', input);
      yield { type: 'tool', name: 'transfer_to_person', input, output };
      yield { type: 'text', text: 'I will put you through.' };
    } else if (said === '7') yield { type: 'text', text: LONG };
    else yield* echoLlm.reply(request, signal);
  },
};

describe('a telephone call', () => {
  let lab: TelephoneLab;
  beforeAll(async () => {
    lab = await TelephoneLab.open(llm);
  });
  afterAll(() => lab.close());

  async function answeredCall() {
    const phone = new TelephoneCall(lab);
    const call = await lab.watch(phone.sid);
    await phone.proceed();
    await call.event('playback.started', ({ utterance }) => utterance === 'greeting');
    return { phone, call, handle: lab.handleOf(phone.sid) };
  }

  const started = (call: Watched, name: string) =>
    call.event('playback.started', ({ utterance }) => utterance === name);
  const ended = (call: Watched, name: string) =>
    call.event('playback.ended', ({ utterance }) => utterance === name);
  const startsOf = (call: Watched, name: string) =>
    call.events.all.filter((event) => event.type === 'playback.started' && event.utterance === name).length;

  test('a key of the telephone interrupts the bot, as a voice does', async () => {
    const { phone, call, handle } = await answeredCall();
    phone.press('4');
    expect(await ended(call, 'greeting')).toMatchObject({ interrupted: true });
    phone.press('2#');
    await ended(call, 'reply-1');
    phone.stream.stop();
    expect(await handle.result()).toMatchObject({ reason: 'the caller hung up', turns: 1 });
    const { turns } = await handle.query(transcriptQuery);
    expect(turns).toMatchObject([{ caller: '4 2', heard: 'You said 4 2' }]);
  });

  test('whose stream breaks in the middle of a reply comes back to the same call', async () => {
    const { phone, call, handle } = await answeredCall();
    phone.press('7#');
    await started(call, 'reply-1');
    await phone.drop();
    const { left } = await call.event('playback.paused');

    expect(await phone.proceed()).toContain(`name="session" value="${phone.sid}"`);
    await call.event('playback.resumed', ({ utterance }) => utterance === 'reply-1');
    phone.press('5#');
    const cut = await ended(call, 'reply-1');
    expect(cut.interrupted).toBe(true);
    expect(LONG.startsWith(cut.heard) && cut.heard.length < LONG.length).toBe(true);
    expect(cut.heard.startsWith(left!.heard)).toBe(true);
    await ended(call, 'reply-2');
    phone.stream.stop();

    expect(await handle.result()).toMatchObject({ session: phone.sid, turns: 2 });
    const { turns } = await handle.query(transcriptQuery);
    expect(turns).toMatchObject([
      { caller: '7', answer: LONG, heard: cut.heard, interrupted: true },
      { caller: '5', heard: 'You said 5', interrupted: false },
    ]);
    expect([startsOf(call, 'greeting'), startsOf(call, 'reply-1'), startsOf(call, 'reply-2')]).toEqual([
      1, 1, 1,
    ]);
  });

  test('that does not come back is given up', async () => {
    const phone = new TelephoneCall(lab, { query: 'set.cache=false&set.connectMs=500' });
    const call = await lab.watch(phone.sid);
    await phone.proceed();
    await started(call, 'greeting');
    await phone.drop();
    expect(await lab.handleOf(phone.sid).result()).toMatchObject({ reason: 'the caller did not come back' });
    expect(await phone.proceed()).toMatch(/<Response><Hangup\/>/);
  });

  test('that Twilio says is over does not wait for its caller to come back', async () => {
    const { phone, handle } = await answeredCall();
    await phone.drop();
    await phone.report('completed');
    expect(await handle.result()).toMatchObject({ reason: 'the caller hung up' });
    await phone.report('completed');
  });

  test('that was hung up before its stream came is over', async () => {
    const sid = `CA${'e'.repeat(32)}`;
    const phone = new TelephoneCall(lab, { sid });
    await lab.ask('/twilio/voice', { CallSid: sid, From: 'anonymous' });
    await phone.report('completed');
    expect(await lab.handleOf(sid).result()).toMatchObject({ reason: 'the caller hung up', turns: 0 });
  });

  test('is hung up once the bot has said goodbye', async () => {
    const { phone, call, handle } = await answeredCall();
    await expect
      .poll(async () => (await handle.query(stateQuery)).phase, { timeout: 30_000 })
      .toBe('conversation');
    await handle.executeUpdate(endUpdate, { args: [{ reason: 'closing time' }] });
    await phone.stream.client.closed;
    expect(await ended(call, 'farewell')).toMatchObject({ interrupted: false });
    expect(await phone.proceed()).toMatch(/<Response><Hangup\/>/);
    expect(await handle.result()).toMatchObject({ reason: 'closing time' });
    expect(await phone.proceed()).toMatch(/<Response><Hangup\/>/);
  });

  test('goes to a person, who is told what it is about', async () => {
    const { phone, call, handle } = await answeredCall();
    phone.press('5#');
    await ended(call, 'reply-1');
    phone.press('9#');
    expect(await ended(call, 'reply-2')).toMatchObject({
      heard: expect.stringContaining('I will put you through.'),
    });
    await phone.stream.client.closed;
    const dial = await phone.proceed();
    expect(dial).toContain(`>${AGENT_NUMBER}</Number></Dial>`);
    const summary = await handle.result();
    expect(summary).toMatchObject({ reason: 'transferred', turns: 2 });
    const words =
      'A caller, on the number that ends in 2 3, has spoken with the virtual assistant. ' +
      'Reason for the transfer: a card was stolen. In their own words: “5”, then “9”.';
    expect(summary.transfer!.summary).toBe(words);
    const url = /<Number url="https:\/\/voice.example.com([^"]*)"/.exec(dial)![1]!.replaceAll('&amp;', '&');
    const whisper = await lab.ask(url, { CallSid: `CA${'d'.repeat(32)}` });
    expect(whisper).toContain(`<Say>${words}</Say>`);
    // Twilio asks again where its own answer got lost: still the same.
    expect(await phone.proceed()).toBe(dial);
  });

  test('that was placed is talked with over the stream that its webhook opens', async () => {
    const { session, handle } = await lab.calls.start({}, undefined, { dial: true, phone: '+14155550177' });
    await lab.twilio.requests.first((form) => form.get('To') === '+14155550177');
    const { sid, form } = lab.twilio.calls.at(-1)!;
    const query = new URL(form.get('Url')!).search.slice(1);
    const phone = new TelephoneCall(lab, { sid, query, direction: 'outbound-api' });
    await phone.report('in-progress');
    const call = await lab.watch(session);
    await phone.proceed();
    await ended(call, 'greeting');
    phone.press('5#');
    await ended(call, 'reply-1');
    phone.stream.stop();
    await phone.report('completed');
    expect(await handle.result()).toMatchObject({ session, reason: 'the caller hung up', turns: 1 });
  });

  test('to a session that has one already is hung up', async () => {
    const { phone, handle } = await answeredCall();
    const second = new TelephoneCall(lab, { query: `session=${phone.sid}` });
    expect(await second.proceed()).toMatch(/<Response><Hangup\/>/);
    expect(await handle.query(stateQuery)).toMatchObject({ line: { callSid: phone.sid } });
    phone.stream.stop();
    await handle.result();
  });
});

describe('a browser', () => {
  let lab: TelephoneLab;
  beforeAll(async () => {
    lab = await TelephoneLab.open(llm);
  });
  afterAll(() => lab.close());

  test('that lost its connection in the middle of a reply comes back to the same call', async () => {
    const session = `tab-${Date.now()}`;
    const start = { type: 'start', session, sampleRate: 16_000, settings: { cache: false } };
    const call = await lab.watch(session);
    const first = await lab.connect('/pcm');
    first.send(start);
    await first.message('started');
    first.send({ type: 'text', text: '7' });
    await call.event('playback.started', ({ utterance }) => utterance === 'reply-1');
    first.socket.terminate();
    await call.event('playback.paused');

    const again = await lab.connect('/pcm');
    again.send(start);
    await call.event('playback.resumed', ({ utterance }) => utterance === 'reply-1');
    again.send({ type: 'text', text: 'hello again' });
    const cut = await call.event('playback.ended', ({ utterance }) => utterance === 'reply-1');
    expect(cut.interrupted).toBe(true);
    await call.event('playback.ended', ({ utterance }) => utterance === 'reply-2');
    again.send({ type: 'stop' });
    const handle = lab.handleOf(session);
    expect(await handle.result()).toMatchObject({ session, turns: 2, reason: 'the caller hung up' });
    const { turns } = await handle.query(transcriptQuery);
    expect(turns).toMatchObject([
      { heard: cut.heard, interrupted: true },
      { heard: 'You said hello again', interrupted: false },
    ]);
  });
});
