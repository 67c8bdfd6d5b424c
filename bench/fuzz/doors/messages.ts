import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import fc from 'fast-check';
import { callRequestSchema } from '../../../call/request.ts';
import { temporalConnection } from '../../../config/temporal.ts';
import { stateQuery } from '../../../workflows/messages.ts';
import { callStart } from '../../../workflows/start-options.ts';
import { json, mutated, text, wellFormed } from '../arbitraries.ts';
import { assertSentence, door, Fault } from '../door.ts';
import type { DoorMaker } from './maker.ts';

const title = 'workflow: signals, updates, queries';
/** Messages to one call; then another one takes them, since a call takes 10,000 at most. */
const PER_CALL = 150;

const payloads: [string, object][] = [
  ['say', { text: 'One moment.' }],
  ['configure', { speed: 1.1, maxCallMs: 60_000 }],
  ['useAdapter', { adapter: 'default' }],
  ['stagesLost', { activityIds: ['listen-1'] }],
  ['line', { callSid: `CA${'1'.repeat(32)}`, status: 'in-progress' }],
  ['useTool', { turn: 1, tool: 'account_balance', nth: 1, input: {} }],
  ['end', { reason: 'enough' }],
];
const names = payloads.map(([name]) => name);
const message = fc.record({
  kind: fc.constantFrom('signal', 'update', 'update', 'query'),
  name: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names, 'state', 'transcript') },
    { weight: 1, arbitrary: text.map((words) => wellFormed(words).slice(0, 100)) },
  ),
  args: fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(...payloads)
        .chain(([, payload]) => mutated(payload))
        .map((one): unknown[] => [one]),
    },
    { weight: 2, arbitrary: json.map((one): unknown[] => [one]) },
    { weight: 1, arbitrary: fc.array(json, { maxLength: 3 }) },
  ),
});

/** To calls that run; afterwards each still answers, and none of its workflow tasks has failed. */
export const messagesDoor: DoorMaker = {
  title,
  async open({ env }) {
    const { connectionOptions, namespace } = temporalConnection();
    const connection = await Connection.connect(connectionOptions);
    const client = new Client({ connection, namespace });
    const victims: WorkflowHandle[] = [];
    let sent = 0;
    const next = async () => {
      sent = 0;
      const request = callRequestSchema.parse({
        session: `fuzz-${randomUUID().slice(0, 12)}`,
        origin: 'cli',
        settings: { connectMs: 600_000, maxCallMs: 86_400_000, cache: false },
      });
      const handle = await client.workflow.start('call', callStart(request, env.ORKESTRA_TASK_QUEUE_PREFIX!));
      victims.push(handle);
      return handle;
    };
    let victim = await next();
    return door({
      name: title,
      share: 12,
      cases: message,
      async attempt({ kind, name, args }) {
        if (++sent > PER_CALL || (await victim.describe()).status.name !== 'RUNNING') victim = await next();
        try {
          if (kind === 'signal') await victim.signal(name, ...args);
          else if (kind === 'query') await victim.query(name, ...args);
          else await victim.executeUpdate(name, { args: args as [] });
          return 'accepted';
        } catch (error) {
          const { cause } = error as Error;
          if (error instanceof WorkflowUpdateFailedError)
            assertSentence((cause as Error).message, [JSON.stringify(args)]);
          else if (/INTERNAL|deadline/i.test((error as Error).message))
            throw new Fault((error as Error).message);
          return 'refused';
        }
      },
      async settle() {
        for (const handle of victims) {
          const { session } = (await handle.query(stateQuery)) as { session: string };
          if (!handle.workflowId.endsWith(session)) throw new Fault('a call forgot its name');
          const { events } = await handle.fetchHistory();
          const failed = events?.find(
            ({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes,
          );
          const why = failed?.workflowTaskFailedEventAttributes?.failure?.message;
          if (failed && !/UnhandledCommand/.test(`${why}`)) throw new Fault(`a workflow task failed: ${why}`);
        }
      },
      async close() {
        for (const handle of victims) await handle.terminate('the trial is over').catch(() => undefined);
        await connection.close();
      },
    });
  },
};
