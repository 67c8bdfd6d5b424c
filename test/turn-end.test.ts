import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedStt } from '../engines/stt/scripted.ts';
import { CallLab } from './call-lab.ts';

let lab: CallLab;
beforeAll(async () => {
  lab = await CallLab.open({ stt: createScriptedStt(['I want to change my address']) });
});
afterAll(() => lab.close());

async function caller() {
  const { handle, caller } = await lab.start({ endpointingMs: 0, endpointingMaxMs: 10_000 });
  await caller.connect();
  await caller.untilHeard('greeting');
  return { handle, caller };
}

test('who has spoken for long is taken to have finished sooner than who has just begun, in the same words', async () => {
  const [brief, long] = [await caller(), await caller()];
  await brief.caller.speak(400);
  await brief.caller.until(() => brief.caller.eager.length > 0);
  // In two stretches: both count.
  await long.caller.speak(2_000);
  await long.caller.speak(3_000);
  await long.caller.until(() => long.caller.finals.length > 0);
  expect(brief.caller.finals).toEqual([]);
  for (const { handle, caller } of [brief, long]) {
    await caller.hangUp();
    await handle.result();
    caller.leave();
  }
});
