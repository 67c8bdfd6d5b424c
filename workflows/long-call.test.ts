import type { WorkflowHandle } from '@temporalio/client';
import { afterEach, expect, test } from 'vitest';
import { CallLab } from '../test/call-lab.ts';
import { turnsOverdue, turnsPerRun } from './limits.ts';
import { transcriptQuery } from './messages.ts';

let lab: CallLab;
afterEach(() => lab.close());

test(
  'a call of 300 turns is continued as new on the way and loses nothing',
  { timeout: 180_000 },
  async () => {
    lab = await CallLab.open();
    await expectWholeCall(300);
  },
);

test(
  'a call without a quiet moment is continued as new all the same and loses nothing',
  { timeout: 180_000 },
  async () => {
    let question = 0;
    const askedNext = new Map<number, () => void>();
    lab = await CallLab.open({
      // A row is only written once the caller has gone on: something is always under way.
      beforeTurnRow: async ({ turn: { turn } }) => {
        if (turn >= question) await new Promise<void>((resolve) => askedNext.set(turn, resolve));
      },
    });
    await expectWholeCall(turnsPerRun + turnsOverdue + 10, (turn) => {
      question = turn;
      askedNext.get(turn - 1)?.();
    });
  },
);

async function expectWholeCall(turns: number, asked: (turn: number) => void = () => undefined) {
  const { handle, caller, session } = await lab.start();
  const firstRun = await runOf(handle);
  await caller.connect();
  for (let turn = 1; turn <= turns; turn += 1) {
    await caller.type(`question ${turn}`);
    asked(turn);
    await caller.untilHeard(`reply-${turn}`);
  }
  asked(turns + 1);
  await caller.hangUp();
  expect(await handle.result()).toMatchObject({ turns, reason: 'the caller hung up' });
  expect(await runOf(handle)).not.toBe(firstRun);

  const expected = Array.from({ length: turns }, (_, i) => `You said question ${i + 1}`);
  const transcript = await handle.query(transcriptQuery);
  expect(transcript.turns.map(({ heard }) => heard)).toEqual(expected);
  expect(transcript.omitted).toBe(0);
  const replies = caller.heard.filter(({ utterance }) => utterance.startsWith('reply-'));
  expect(replies.map(({ sentences }) => sentences.join(' '))).toEqual(expected);
  const rows = lab.turnRows.filter((row) => row.session === session);
  expect(rows.map(({ turn }) => turn.turn).sort((a, b) => a - b)).toEqual(expected.map((_, i) => i + 1));
  caller.leave();
}

const runOf = async (handle: WorkflowHandle) => (await handle.describe()).runId;
