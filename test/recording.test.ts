import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallLab } from './call-lab.ts';

describe('a call whose recording can’t be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-recordings-'));
  let lab: CallLab;
  beforeAll(async () => {
    const recordings = join(folder, 'not-a-folder');
    writeFileSync(recordings, '');
    lab = await CallLab.open({ recordings });
  });
  afterAll(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  test('goes on, has its rows, and says in its history what became of the recording', async () => {
    const { handle, caller, session } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('are you there?');
    await caller.untilHeard('reply-1');
    await caller.hangUp();
    expect(await handle.result()).toMatchObject({ turns: 1, reason: 'the caller hung up' });
    expect(lab.turnRows.map((row) => row.session)).toEqual([session]);
    const { events } = await handle.fetchHistory();
    const results = events!.map((event) => event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]);
    const outcomes = results.map((payload) => Buffer.from(payload?.data ?? []).toString());
    expect(outcomes).toContain('{"recording":"could not be written"}');
    caller.leave();
  });
});
