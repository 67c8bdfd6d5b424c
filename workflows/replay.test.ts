import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { loadWorkflows } from '../workers/workflow-bundle.ts';

const folder = join(import.meta.dirname, '..', 'test', 'histories');
const histories = readdirSync(folder).filter((file) => file.endsWith('.json'));

/**
 * Histories of calls as earlier releases left them. Present workflow code has to go the same way through them, or
 * calls that are under way would break at the upgrade. See test/histories/README.md for how they are made.
 */
describe('the present workflow code', () => {
  test('has histories to prove itself on', () => {
    expect(histories.length).toBeGreaterThan(0);
  });

  test.each(histories)('replays %s', async (file) => {
    const history = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const logger = new DefaultLogger('ERROR');
    const options = { workflowBundle: await loadWorkflows(logger), logger };
    await Worker.runReplayHistory(options, history);
  });
});
