import pg from 'pg';
import type { Config } from '../config/schema.ts';
import { type Service, services, taskQueueOf } from '../config/task-queues.ts';
import { openRedis, publicUrl } from './connect-redis.ts';
import { CONNECT_TIMEOUT_MS, connectTemporal, type TemporalAccess, within } from './connect-temporal.ts';
import { type Finding, measured, type Part } from './health-part.ts';
import type { Places } from './places.ts';
import { countPollers, taskKinds } from './pollers.ts';
import { checkWorkers, dispensable } from './worker-checks.ts';

/** Asks every part of Orkestra for real, all at once, each with a time limit. */
export async function checkEverything(places: Places): Promise<Part[]> {
  const [overTemporal, postgres, overRedis] = await Promise.all([
    checkTemporal(places),
    measured('postgres', false, () => askPostgres(places.config.postgres)),
    checkRedis(places.config),
  ]);
  const [temporal, ...queues] = overTemporal;
  const [redis, ...workers] = overRedis;
  return [temporal!, redis!, postgres, ...queues, ...workers];
}

/** Temporal, and each service's task queue. */
async function checkTemporal(places: Places): Promise<Part[]> {
  let access: TemporalAccess | undefined;
  try {
    const temporal = await measured('temporal', true, async () => {
      access = await connectTemporal(places);
      return { status: 'ok', detail: await aboutTemporal(places, access) };
    });
    const prefix = places.config.temporal.taskQueuePrefix;
    const queues = services.map((service) =>
      measured(`queue ${taskQueueOf(prefix, service)}`, !dispensable.has(service), async () =>
        access ? askQueue(access, prefix, service) : failed('can’t be asked for without Temporal'),
      ),
    );
    return [temporal, ...(await Promise.all(queues))];
  } finally {
    await access?.close();
  }
}

async function aboutTemporal(
  { temporal }: Places,
  { connection, namespace }: TemporalAccess,
): Promise<string> {
  const { serverVersion } = await within(connection, () => connection.workflowService.getSystemInfo({}));
  return `${temporal.connectionOptions.address}, namespace ${namespace}, version ${serverVersion}`;
}

async function askQueue(access: TemporalAccess, prefix: string, service: Service): Promise<Finding> {
  const counts = await Promise.all(
    taskKinds[service].map(async (kind) => ({
      kind,
      count: await countPollers(access, prefix, service, kind),
    })),
  );
  const detail = counts.map(({ kind, count }) => `${kind} pollers: ${count}`).join(', ');
  return { status: counts.every(({ count }) => count > 0) ? 'ok' : 'failed', detail };
}

/** Redis, and each worker that has announced itself there. */
async function checkRedis({ redis: config, temporal }: Config): Promise<Part[]> {
  let access: Awaited<ReturnType<typeof openRedis>> | undefined;
  try {
    const redis = await measured('redis', true, async () => {
      access = await openRedis(config);
      await access.redis.ping();
      return { status: 'ok', detail: `${publicUrl(config.url)}, version ${access.version}` };
    });
    return [redis, ...(await checkWorkers(access?.redis, temporal.taskQueuePrefix))];
  } finally {
    access?.redis.disconnect();
  }
}

async function askPostgres({ url }: Config['postgres']): Promise<Finding> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks later is of no interest; unheard, it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    const { rows } = await client.query<{ extversion: string }>(
      `select extversion from pg_extension where extname = 'vector'`,
    );
    if (!rows[0]) return { status: 'degraded', detail: `${publicUrl(url)}: the extension vector is missing` };
    return { status: 'ok', detail: `${publicUrl(url)}, pgvector ${rows[0].extversion}` };
  } catch (error) {
    return failed(`${publicUrl(url)} does not answer: ${(error as Error).message || 'connection refused'}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const failed = (detail: string): Finding => ({ status: 'failed', detail });
