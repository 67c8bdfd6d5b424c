import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallLab } from '../test/call-lab.ts';
import { transcriptQuery } from './messages.ts';

const TURNS = 300;

describe('a call of 300 turns', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
  });
  afterAll(() => lab.close());

  test('is continued as new on the way and loses nothing', { timeout: 180_000 }, async () => {
    const { handle, caller, session } = await lab.start();
    const firstRun = (await handle.describe()).runId;
    await caller.connect();
    for (let turn = 1; turn <= TURNS; turn += 1) {
      await caller.type(`question ${turn}`);
      await caller.untilHeard(`reply-${turn}`);
    }
    await caller.hangUp();
    expect(await handle.result()).toMatchObject({ turns: TURNS, reason: 'the caller hung up' });
    expect((await handle.describe()).runId).not.toBe(firstRun);

    const expected = Array.from({ length: TURNS }, (_, i) => `You said question ${i + 1}`);
    const { turns, omitted } = await handle.query(transcriptQuery);
    expect(turns.map(({ heard }) => heard)).toEqual(expected);
    expect(omitted).toBe(0);
    const replies = caller.heard.filter(({ utterance }) => utterance.startsWith('reply-'));
    expect(replies.map(({ sentences }) => sentences.join(' '))).toEqual(expected);
    const rows = lab.turnRows.filter((row) => row.session === session);
    expect(rows.map(({ turn }) => turn.turn).sort((a, b) => a - b)).toEqual(expected.map((_, i) => i + 1));
    caller.leave();
  });
});
