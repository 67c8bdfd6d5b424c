import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callRequestSchema } from '../call/request.ts';
import { payloadCodec, type UnreadablePayload } from '../config/payload-codec.ts';
import { taskQueueOf, temporalConnection } from '../config/temporal.ts';
import { Happenings } from './gateway/wait.ts';
import { loadWorkflows } from '../workers/workflow-bundle.ts';
import { saySignal, stateQuery } from '../workflows/messages.ts';
import { callStart } from '../workflows/start-options.ts';

const old = { name: '2026-05', secret: Buffer.alloc(32, 1) };
const now = { name: '2026-11', secret: Buffer.alloc(32, 2) };
const strange = { name: 'strange', secret: Buffer.alloc(32, 3) };
const { connectionOptions, namespace } = temporalConnection();

let connection: NativeConnection;
let clientConnection: Connection;
let bundle: Awaited<ReturnType<typeof loadWorkflows>>;
const unreadable = new Happenings<{ key: string }>();

beforeAll(async () => {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  } catch {
    // Another test of this process has installed it.
  }
  connection = await NativeConnection.connect(connectionOptions);
  clientConnection = await Connection.connect(connectionOptions);
  bundle = await loadWorkflows(new DefaultLogger('ERROR'));
}, 180_000);
afterAll(async () => {
  await connection.close();
  await clientConnection.close();
});

const clientWith = (...keys: (typeof old)[]) =>
  new Client({
    connection: clientConnection,
    namespace,
    dataConverter: { payloadCodecs: [payloadCodec(keys)] },
  });

/** Runs an orchestrator with these keys while something is done. */
async function orchestrated<T>(taskQueue: string, keys: (typeof old)[], act: () => Promise<T>): Promise<T> {
  const onUnreadable = ({ key }: UnreadablePayload) => unreadable.add({ key });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: bundle,
    dataConverter: { payloadCodecs: [payloadCodec(keys, { lenient: true, onUnreadable })] },
    activities: { chooseAdapter: async () => ({ adapter: 'default' }) },
    stickyQueueScheduleToStartTimeout: 100,
    shutdownGraceTime: 100,
  });
  return worker.runUntil(act());
}

test('a call waits for a key that is missing, loudly, and goes on when it is back; a message of nobody’s key does not stop it', async () => {
  const prefix = `crypt-${randomUUID().slice(0, 8)}`;
  const queue = taskQueueOf(prefix, 'call');
  const settings = { connectMs: 600_000 };
  const request = callRequestSchema.parse({ session: prefix, origin: 'cli', settings });
  const handle = await clientWith(old).workflow.start('call', callStart(request, prefix));
  const resultsOf = async () =>
    (await handle.fetchHistory()).events!.filter((event) => event.activityTaskCompletedEventAttributes)
      .length;

  await orchestrated(queue, [old], async () => {
    await clientWith(strange).workflow.getHandle(handle.workflowId).signal(saySignal, { text: 'Hello' });
    await expect
      .poll(() => handle.query(stateQuery), { timeout: 30_000 })
      .toMatchObject({ rejectedSignals: 1 });
    await expect.poll(resultsOf, { timeout: 30_000 }).toBeGreaterThan(0);
  });
  expect(unreadable.all).toContainEqual({ key: 'strange' });

  await orchestrated(queue, [now], async () => {
    await clientWith(now).workflow.getHandle(handle.workflowId).signal(saySignal, { text: 'Hello' });
    await unreadable.first(({ key }) => key === '2026-05');
  });
  expect((await handle.describe()).status.name).toBe('RUNNING');

  await orchestrated(queue, [now, old], async () => {
    expect(await clientWith(now, old).workflow.getHandle(handle.workflowId).query(stateQuery)).toMatchObject({
      session: prefix,
    });
    // Answers have the new key by now.
    await expect(handle.query(stateQuery)).rejects.toThrow('the key 2026-11, which is not configured here');
  });
  await handle.terminate();
}, 180_000);
