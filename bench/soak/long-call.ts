import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { callRequestSchema, workflowIdOf } from '../../call/request.ts';
import { configSchema } from '../../config/schema.ts';
import { temporalConnection } from '../../config/temporal.ts';
import { StreamHub } from '../../stream/hub.ts';
import { StreamCaller } from '../../test/stream-caller.ts';
import { transcriptQuery } from '../../workflows/messages.ts';
import { callStart } from '../../workflows/start-options.ts';
import { report, startPlatform } from '../platform.ts';

/** A turn of a telephone call takes about so long: what the caller says, what the bot says, and the pauses. */
const TURN_MS = 12_000;
/** A workflow of Temporal's may have 51,200 events in one run; far fewer are quick to replay. */
const MOST_EVENTS = 10_000;
const REPORT_EVERY = 200;

/**
 * One call with the turns of so many hours, each begun as soon as the one before has been heard: the clock that is sped
 * up is the caller's. Says whether nothing was lost and no history grew beyond its bound.
 */
export async function soakLongCall(hours: number): Promise<boolean> {
  const turns = Math.round((hours * 3_600_000) / TURN_MS);
  const platform = await startPlatform();
  Object.assign(process.env, platform.env);
  const hub = new StreamHub(configSchema.parse({ redis: { url: platform.redisUrl } }).redis, () => undefined);
  const { connectionOptions, namespace } = temporalConnection();
  const connection = await Connection.connect(connectionOptions);
  const database = new pg.Client(platform.databaseUrl);
  try {
    const client = new Client({ connection, namespace });
    const session = `hours-${crypto.randomUUID().slice(0, 8)}`;
    const settings = { cache: false, endpointingMs: 0, endpointingMaxMs: 0, maxCallMs: 86_400_000 };
    const request = callRequestSchema.parse({ session, origin: 'cli', settings });
    const handle = await client.workflow.start('call', callStart(request, 'orkestra'));
    const caller = new StreamCaller(hub, session);
    await caller.connect();
    const startedAt = performance.now();
    for (let turn = 1; turn <= turns; turn++) {
      await caller.type(`question ${turn}`);
      await caller.untilHeard(`reply-${turn}`);
      if (turn % REPORT_EVERY === 0) report(`${turn} of ${turns} turns`);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const { turns: kept, omitted } = await handle.query(transcriptQuery);
    await caller.hangUp();
    const summary = (await handle.result()) as { turns: number; reason: string };
    const lengths: number[] = [];
    for await (const { historyLength } of client.workflow.list({
      query: `WorkflowId = '${workflowIdOf(session)}'`,
    })) {
      lengths.push(historyLength);
    }
    await database.connect();
    const { rows } = await database.query<{ rows: string }>(
      'select count(distinct turn)::text as rows from turns where session = $1',
      [session],
    );
    const once = caller.heard.filter(({ utterance }) => utterance.startsWith('reply-')).length;
    const longest = Math.max(...lengths);
    process.stdout.write(
      `${turns} turns, those of ${hours} h, in ${seconds.toFixed(0)} s: ${summary.turns} in the summary (${summary.reason}), ` +
        `${once} replies heard, ${rows[0]!.rows} rows, ${kept.length} + ${omitted} in the transcript; ` +
        `${lengths.length} runs, the longest history ${longest} events\n`,
    );
    return (
      [summary.turns, once, Number(rows[0]!.rows), kept.length + omitted].every((count) => count === turns) &&
      longest <= MOST_EVENTS
    );
  } finally {
    await database.end();
    await connection.close();
    await hub.close();
    await platform.stop();
  }
}
