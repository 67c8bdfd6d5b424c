import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../engines/error.ts';
import { createScriptedTts } from '../engines/tts/scripted.ts';
import type { TtsEngine } from '../engines/tts/engine.ts';
import { CallLab } from './call-lab.ts';

/** Has no voice for what holds the word `unspeakable`, and will not have one. */
const choosy = (): TtsEngine => {
  const scripted = createScriptedTts();
  return {
    ...scripted,
    async *synthesize(request, signal) {
      if (request.text.includes('unspeakable'))
        throw new EngineError('choosy', 'no such words', { retryable: false });
      yield* scripted.synthesize(request, signal);
    },
  };
};

describe('the rows of a call', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open({ tts: choosy() });
  });
  afterAll(() => lab.close());

  test('hold each turn, also one that could not be answered, and what the call added up to', async () => {
    const { session, handle, caller } = await lab.start({}, undefined, { phone: '+14155550199' });
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.speak();
    await caller.untilHeard('reply-1');
    await caller.type('the unspeakable');
    await caller.untilHeard('apology-2');
    await caller.hangUp();
    await handle.result();
    const [answered, failed] = lab.turnRows
      .filter((row) => row.session === session)
      .toSorted((a, b) => a.turn.turn - b.turn.turn);
    expect(answered!.facts).toMatchObject({
      recogniser: 'scripted',
      voice: 'scripted',
      fallbacks: [],
      attempts: {},
      audioMs: 400,
      characters: 'You said what is my balance'.length,
    });
    const { noticedAt, heardAt, firstTokenMs, firstVoiceMs } = answered!.facts!;
    const { finalAt } = answered!.turn.times;
    expect(heardAt).toBeGreaterThanOrEqual(noticedAt!);
    expect(finalAt).toBeGreaterThanOrEqual(heardAt!);
    expect([firstTokenMs, firstVoiceMs].every((ms) => ms! >= 0)).toBe(true);
    expect(failed).toMatchObject({
      turn: { turn: 2, caller: 'the unspeakable', heard: '', source: 'apology' },
      facts: { failed: true },
    });
    const [call] = lab.callRows.filter((row) => row.session === session);
    expect(call).toMatchObject({ phone: '+14155550199', origin: 'cli' });
    const { answeredAt, callerMs, botMs, lately } = call!.tally!;
    expect(answeredAt).toBeLessThan(call!.endedAt);
    expect(callerMs).toBeGreaterThan(0);
    expect(botMs).toBeGreaterThan(0);
    expect(lately.map(({ source }) => source)).toEqual(['model', 'apology']);
    caller.leave();
  });
});
