import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { encodeMulaw } from '../../../audio/mulaw.ts';
import { workflowIdOf } from '../../../call/request.ts';
import { recordingPlaces } from '../../../store/recordings.ts';
import { eventSchema } from '../../../stream/events.ts';
import { streamKey } from '../../../stream/keys.ts';
import type { CallLog } from '../caller/call-log.ts';
import type { Platform } from '../platform.ts';
import { openPostgres } from '../servers.ts';
import { PartReader } from '../sound/bot-code.ts';
import { linesIn } from '../sound/caller-code.ts';
import { withoutBrokenOff } from './broken-off.ts';
import type { Evidence, HistoryFacts, Rows, StreamFacts, TurnFact } from './evidence.ts';

/** How long a call's workflow may take to end after its caller has hung up, ms: Postgres may be away twice meanwhile. */
const END_WITHIN_MS = 180_000;
const LOOK_MS = 250;

/** Collects what is known of calls, around the proxies. */
export class Gatherer {
  private constructor(
    private readonly platform: Platform,
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly redis: Redis,
    private readonly postgres: pg.Pool,
  ) {}

  static async open(platform: Platform): Promise<Gatherer> {
    const { redis, postgres } = platform.servers;
    const connection = Connection.lazy({ address: platform.temporalAddress });
    const client = new Client({ connection });
    const reader = new Redis(redis.port, '127.0.0.1', { maxRetriesPerRequest: null });
    reader.on('error', () => undefined);
    const pool = openPostgres(postgres.port);
    pool.on('error', () => undefined);
    return new Gatherer(platform, connection, client, reader, pool);
  }

  /** Waits until the call is over, for a while, and reads all that there is. `streams`: Redis was not emptied. */
  async gather(log: CallLog, streams: boolean): Promise<Evidence> {
    const history = await this.history(log.session);
    const [rows, stream, recording] = await Promise.all([
      this.rows(log.session),
      streams ? this.stream(log.session) : undefined,
      this.recording(log.session),
    ]);
    for (const turn of [...(history?.turns ?? []), ...rows.turns]) {
      turn.caller = withoutBrokenOff(turn.caller, log.said);
    }
    return { log, history, rows, stream, recording };
  }

  async close() {
    this.redis.disconnect();
    await this.postgres.end();
    await this.connection.close();
  }

  private async history(session: string): Promise<HistoryFacts | undefined> {
    const handle = this.client.workflow.getHandle(workflowIdOf(session));
    const deadline = Date.now() + END_WITHIN_MS;
    for (;;) {
      const found = await handle.describe().catch(() => undefined);
      const over = found !== undefined && found.status.name !== 'RUNNING';
      if (over || Date.now() > deadline) {
        if (!found) return undefined;
        return factsOf(found.status.name, await handle.fetchHistory());
      }
      await sleep(LOOK_MS);
    }
  }

  private async rows(session: string): Promise<Rows> {
    const query = async <Row extends pg.QueryResultRow>(sql: string) =>
      (await this.postgres.query<Row>(sql, [session])).rows;
    const turns = await query<Rows['turns'][number]>(
      'select turn, caller, heard from turns where session = $1 order by turn',
    );
    const calls = await query<{ turns: number }>('select turns from calls where session = $1');
    const plans = await query<{ debt: number }>(
      'select (debt_cents / 100)::int as debt from payment_plans where session = $1',
    );
    const [effects] = await query<{ count: number }>(
      'select count(*)::int as count from effects where session = $1 and result is not null',
    );
    return { turns, calls, plans: plans.map(({ debt }) => debt), effects: effects!.count };
  }

  private async stream(session: string): Promise<StreamFacts> {
    const facts: StreamFacts = { finals: {}, ends: {}, callEnds: 0 };
    for (const [, fields] of await this.redis.xrange(streamKey(session, 'events'), '-', '+')) {
      const event = eventSchema.parse(JSON.parse(fields[1]!));
      if (event.type === 'turn.final') (facts.finals[event.turn] ??= []).push(event.text);
      else if (event.type === 'playback.ended') {
        facts.ends[event.utterance] = (facts.ends[event.utterance] ?? 0) + 1;
      } else if (event.type === 'call.ended') facts.callEnds += 1;
    }
    return facts;
  }

  private async recording(session: string): Promise<Evidence['recording']> {
    const { audio } = recordingPlaces(this.platform.recordings, session);
    if (!existsSync(audio)) return undefined;
    return readRecording(await readFile(audio));
  }
}

/** Both sides of a stereo recording at 8 kHz. */
function readRecording(wav: Buffer): Evidence['recording'] {
  const head = wav.indexOf('data') + 8;
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + head, wav.byteOffset + wav.length));
  const side = (channel: number) =>
    Int16Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i + channel]!);
  const bot = new PartReader().read(Buffer.from(encodeMulaw(side(1))));
  return { caller: linesIn(side(0), 8_000), bot };
}

function factsOf(status: string, { events }: History): HistoryFacts {
  const facts: HistoryFacts = {
    status,
    events: events?.length ?? 0,
    turns: [],
    versions: [],
    callRows: 0,
    taskFailures: [],
    lost: [],
  };
  // A stage that lost its worker is handed over again: that is the same turn. A second one by itself is another.
  const handedOver = new Map<string, { activityId: string; place: number }>();
  const isAgain = (stage: string) => {
    const before = handedOver.get(stage);
    return (
      before !== undefined && facts.lost.some(({ activityIds }) => activityIds.includes(before.activityId))
    );
  };
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const signal = event.workflowExecutionSignaledEventAttributes;
    const completed = event.workflowExecutionCompletedEventAttributes;
    const failed = event.workflowTaskFailedEventAttributes;
    const buildId = event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId;
    if (buildId && !facts.versions.includes(buildId)) facts.versions.push(buildId);
    const activityId = scheduled?.activityId ?? '';
    const stage = activityId.split('/')[0]!;
    if (scheduled?.activityType?.name === 'recordTurn') {
      const { turn } = read<{ turn: TurnFact }>(scheduled.input?.payloads?.[0]);
      const { turn: number, caller, heard, interrupted } = turn;
      const place = isAgain(stage) ? handedOver.get(stage)!.place : facts.turns.length;
      facts.turns[place] = { turn: number, caller, heard, interrupted };
      handedOver.set(stage, { activityId, place });
    } else if (scheduled?.activityType?.name === 'recordCall') {
      if (!isAgain(stage)) facts.callRows += 1;
      handedOver.set(stage, { activityId, place: 0 });
    } else if (signal?.signalName === 'stagesLost') {
      const { activityIds } = read<{ activityIds: string[] }>(signal.input?.payloads?.[0]);
      facts.lost.push({ at: msOf(event.eventTime), activityIds });
    } else if (completed) facts.reason = read<{ reason: string }>(completed.result?.payloads?.[0]).reason;
    // A worker that dies with a task leaves a timeout, news that come as a call ends an unhandled command: the task is
    // done again. Any other failure is something that the code did.
    else if (failed && failed.failure?.message !== 'UnhandledCommand')
      facts.taskFailures.push(failed.failure?.message ?? 'without a reason');
  }
  return facts;
}

const read = <T>(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0] | null | undefined) =>
  defaultPayloadConverter.fromPayload(payload!) as T;

const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined) =>
  Number(time?.seconds ?? 0) * 1_000 + Number(time?.nanos ?? 0) / 1e6;
