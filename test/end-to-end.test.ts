import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resample } from '../audio/resample.ts';
import { readWav } from '../audio/wav.ts';
import { utteranceOf } from '../bench/telephone-frames.ts';
import { TwilioCaller } from '../bench/twilio-caller.ts';
import { workflowIdOf } from '../call/request.ts';
import { readUtterances } from '../cli/caller-recording.ts';
import { demoLines } from '../cli/demo-call.ts';
import { isComplete } from '../cli/place-call.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { likeness, loudnessOf } from './loudness.ts';
import { System } from './system.ts';

const recording = (name: string) => join(import.meta.dirname, 'recordings', `${name}.wav`);

/** What recognisers spell in several ways. */
const spoken = (text: string) => text.toLowerCase().replace(/[^a-z0-9$ ]/g, '');

describe('a spoken call over real engines', () => {
  const recordings = mkdtempSync(join(tmpdir(), 'orkestra-recordings-'));
  let system: System;
  beforeAll(async () => {
    system = await System.start({ ORKESTRA_RECORDINGS: recordings });
  });
  afterAll(async () => {
    await system.stop();
    rmSync(recordings, { recursive: true });
  });

  /** What the workflow remembers, once it has ended. */
  async function transcriptOf(session: string) {
    const handle = system.temporal.client.workflow.getHandle(workflowIdOf(session));
    await handle.result();
    return handle.query(transcriptQuery);
  }

  test('the demonstration caller is heard and answered, turn by turn', { timeout: 180_000 }, async () => {
    const call = await system.call(await demoLines());
    expect(isComplete(call)).toBe(true);
    const { turns, asides } = await transcriptOf(call.session);
    expect(asides[0]!.heard).toContain('Northwind Bank');
    const [loan, rate, longer, plan] = turns;
    // "A loan" and "alone" sound alike: what is written may be either, what is understood may not.
    expect(spoken(loan!.caller)).toMatch(/(a loan|alone) of (ten thousand dollars|\$10000)/);
    expect(loan!.heard).toContain('$315.68');
    expect(rate).toMatchObject({ interrupted: true, answer: expect.stringContaining(rate!.heard) });
    expect(rate!.heard).toContain('8.5 percent');
    expect(longer!.heard).toContain('$205.17');
    expect(plan!.heard).toContain('$100.00');
    expect(turns.at(-1)!.heard).toContain('Goodbye');
    expect(turns.flatMap(({ tools }) => tools.map(({ name }) => name))).toEqual(
      expect.arrayContaining(['loan_quote', 'payment_plan']),
    );
  });

  test('what was said is in the database once, and the audio is kept', { timeout: 120_000 }, async () => {
    const call = await system.call(await readUtterances(recording('hours')));
    await transcriptOf(call.session);
    const database = new Client(system.places.config.postgres.url);
    await database.connect();
    const turns = await database.query('select * from turns where session = $1', [call.session]);
    const calls = await database.query('select * from calls where session = $1', [call.session]);
    await database.end();
    expect(turns.rows).toHaveLength(call.turns.length);
    expect(calls.rows).toMatchObject([{ domain: 'banking', turns: call.turns.length }]);
    const audio = readWav(readFileSync(call.audio.bot));
    expect(audio.samples.some((sample) => Math.abs(sample) > 1_000)).toBe(true);
    expect(existsSync(call.audio.conversation)).toBe(true);
    // What the workers recorded is what the caller heard, at the times that they heard it, and what they said.
    const [theirs, ours] = [call.audio.conversation, join(recordings, `${call.session}.wav`)].map(loudnessOf);
    expect(likeness(theirs!.right, ours!.right)).toBeGreaterThan(0.9);
    expect(likeness(theirs!.left, ours!.left)).toBeGreaterThan(0.9);
    expect(readFileSync(join(recordings, `${call.session}.vtt`), 'utf8')).toContain(call.turns[0]!.heard);
  });

  test('a caller on a telephone line is understood at 8 kHz', { timeout: 120_000 }, async () => {
    const session = system.newSession();
    const { samples, sampleRate } = readWav(readFileSync(recording('rate')));
    const utterance = utteranceOf(resample(samples, sampleRate, 8_000));
    const url = `${system.workers.gatewayUrl}/twilio`;
    const caller = new TwilioCaller(url, session, [utterance], () => 500, {});
    const report = await caller.run();
    expect(report).toMatchObject({ lost: undefined, unanswered: 0, early: 0 });
    const { turns } = await transcriptOf(session);
    expect(spoken(turns[0]!.caller)).toContain('interest rate');
    expect(turns[0]!.heard).toContain('percent');
  });
});
