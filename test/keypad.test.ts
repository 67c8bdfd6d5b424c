import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transcriptQuery } from '../workflows/messages.ts';
import { CallLab } from './call-lab.ts';

describe('a caller at the keys of their telephone', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
  });
  afterAll(() => lab.close());

  async function callerWhoPresses(keys: string) {
    const { handle, caller } = await lab.start({ digitGapMs: 500 });
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.press(keys);
    await caller.untilHeard('reply-1');
    return { handle, caller };
  }

  test('is answered once the hash key ends the number', async () => {
    const { handle, caller } = await callerWhoPresses('4551#');
    await caller.hangUp();
    await handle.result();
    const { turns } = await handle.query(transcriptQuery);
    expect(turns.map(({ caller: said, heard }) => [said, heard])).toEqual([['4 5 5 1', 'You said 4 5 5 1']]);
    expect(caller.finals[0]!.engine).toBe('keypad');
    caller.leave();
  });

  test('is answered without it, once no more keys come', async () => {
    const { handle, caller } = await callerWhoPresses('12*4551');
    expect(caller.finals.map(({ text }) => text)).toEqual(['4 5 5 1']);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('may say what the number is, and key it in', async () => {
    const { handle, caller } = await lab.start({ endpointingMs: 5_000, endpointingMaxMs: 5_000 });
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.speak();
    await caller.until(() => caller.eager.length > 0);
    await caller.press('4551#');
    await caller.untilHeard('reply-1');
    expect(caller.finals.map(({ text }) => text)).toEqual(['what is my balance 4 5 5 1']);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('may press a hundred keys at once: they are turns of 32, and none is lost', async () => {
    const { handle, caller } = await callerWhoPresses('7'.repeat(100));
    await caller.until(() => caller.finals.length === 4);
    await caller.hangUp();
    await handle.result();
    expect(caller.finals.map(({ turn, text }) => [turn, text.split(' ').length])).toEqual([
      [1, 32],
      [2, 32],
      [3, 32],
      [4, 4],
    ]);
    caller.leave();
  });

  test('who types lines at once has a turn for each', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await Promise.all(['one', 'two', 'three'].map((line) => caller.type(line)));
    await caller.until(() => caller.finals.length === 3);
    expect(caller.finals.map(({ turn, text }) => [turn, text])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });
});
