import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { afterEach, expect, test } from 'vitest';
import { orkestra } from '../cli/testing/captured-run.ts';
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
    // A database so slow that the next turn is always over before the row is written.
    lab = await CallLab.open({ beforeTurnRow: () => setTimeout(1_000) });
    await expectWholeCall(turnsPerRun + turnsOverdue + 10);
  },
);

async function expectWholeCall(turns: number) {
  const { handle, caller, session } = await lab.start();
  const firstRun = await runOf(handle);
  await caller.connect();
  for (let turn = 1; turn <= turns; turn += 1) {
    await caller.type(`question ${turn}`);
    await caller.untilHeard(`reply-${turn}`);
  }
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

  // All of its runs are shown as one call, and each goes the same way through the code as it is.
  const { code, stdout } = await orkestra(['replay-session', session, '--json']);
  const replayed = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(replayed.call.turns.map(({ heard }: { heard: string }) => heard)).toEqual(expected);
  expect(replayed.history).toHaveLength(replayed.call.runs);
  expect(replayed.call.runs).toBeGreaterThan(1);
}

const runOf = async (handle: WorkflowHandle) => (await handle.describe()).runId;
