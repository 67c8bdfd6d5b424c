import { pino } from 'pino';
import { expect, test } from 'vitest';
import { sdkLogger } from './sdk-log.ts';

function logger() {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, sdk: sdkLogger(pino({ level: 'trace', base: null, timestamp: false }, stream)) };
}

const workflow = {
  namespace: 'default',
  taskQueue: 'orkestra-call',
  workflowId: 'call-a',
  runId: 'r',
  workflowType: 'call',
};

test('what the SDK says keeps no payload, and tells the call by its session', () => {
  const { lines, sdk } = logger();
  const jobs = [{ initializeWorkflow: { arguments: [{ data: 'KzEyMDI1NTUwMTk5' }] } }];
  sdk.trace('Got workflow activation', { sdkComponent: 'worker', ...workflow, jobs, taskToken: 'abc' });
  const execution = { workflowExecution: { workflowId: 'call-a', runId: 'r' }, taskToken: 'abc' };
  sdk.info('Activity started', { sdkComponent: 'worker', activityType: 'reply', attempt: 2, ...execution });
  expect(lines).toEqual([
    {
      level: 10,
      session: 'a',
      sdkComponent: 'worker',
      taskQueue: 'orkestra-call',
      workflowType: 'call',
      msg: 'Got workflow activation',
    },
    // What is information to the SDK is a detail to us.
    {
      level: 20,
      session: 'a',
      sdkComponent: 'worker',
      activityType: 'reply',
      attempt: 2,
      msg: 'Activity started',
    },
  ]);
});

test('what our workflows say is kept whole', () => {
  const { lines, sdk } = logger();
  sdk.warn('a tool could not be used', {
    sdkComponent: 'workflow',
    ...workflow,
    tool: 'card_block',
    error: 'away',
  });
  expect(lines).toEqual([
    { level: 40, session: 'a', tool: 'card_block', error: 'away', msg: 'a tool could not be used' },
  ]);
});

test('a workflow that is no call has no session', () => {
  const { lines, sdk } = logger();
  sdk.error('it broke', { sdkComponent: 'workflow', ...workflow, workflowId: 'adapters-orkestra' });
  expect(lines).toEqual([{ level: 50, msg: 'it broke' }]);
});
