import { writeFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect } from 'vitest';

/** Set by `npm run record-histories`: where histories go, with the beginning of their names. */
const target = process.env.ORKESTRA_RECORD_HISTORIES;

/** The calls that tests have made, by the test's name; the last one where a test makes several. */
const calls = new Map<string, WorkflowHandle>();

/** Remembers a call under the name of the test that runs. */
export function rememberCall(handle: WorkflowHandle) {
  const name = expect.getState().currentTestName;
  if (target && name) calls.set(name, handle);
}

/** Saves the histories of the calls that have ended since. */
export async function recordHistories(): Promise<void> {
  for (const [name, handle] of calls) {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') continue;
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    writeFileSync(`${target}-${slug}.json`, `${historyToJSON(await handle.fetchHistory())}\n`);
  }
  calls.clear();
}
