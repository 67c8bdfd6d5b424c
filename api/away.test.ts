import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { temporalConnection } from '../config/temporal.ts';
import { createApiKey } from '../store/api-keys.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { startApi } from './server.ts';

const NOWHERE = '127.0.0.1:9';

/** The API while one of the servers behind it is away; the test names which. */
async function apiWithout(...away: ('temporal' | 'redis' | 'postgres')[]) {
  const config = loadConfig({ ...process.env, ORKESTRA_LOG_LEVEL: 'silent' });
  const database = openDatabase(config.postgres, () => undefined);
  await migrate(database);
  const { key } = await createApiKey(database, { name: 'away', scopes: ['calls:read', 'calls:start'] });
  const redis = away.includes('redis')
    ? new Redis({ port: 9, maxRetriesPerRequest: null })
    : new Redis(config.redis.url);
  redis.on('error', () => undefined);
  const { connectionOptions, namespace } = temporalConnection();
  const connection = Connection.lazy({
    ...connectionOptions,
    ...(away.includes('temporal') && { address: NOWHERE }),
  });
  const api = await startApi(
    {
      config,
      log: createLogger(config, 'api'),
      metrics: new Registry(),
      redis,
      client: new Client({ connection, namespace }),
      database: async () => {
        if (away.includes('postgres')) throw new Error('it is away');
        return database;
      },
    },
    { host: '127.0.0.1', port: 0 },
  );
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  return {
    url: api.url,
    list: () => fetch(`${api.url}/v1/calls`, { headers }),
    start: (idempotencyKey: string) =>
      fetch(`${api.url}/v1/calls`, {
        method: 'POST',
        headers: { ...headers, 'Idempotency-Key': idempotencyKey },
        body: '{}',
      }),
    async close() {
      await api.close();
      redis.disconnect();
      await connection.close();
      await database.end();
    },
  };
}

describe('while a server is away, the API', () => {
  let api: Awaited<ReturnType<typeof apiWithout>>;
  afterEach(() => api.close());

  const answer = async (response: Response) => ({ status: response.status, body: await response.json() });
  const away = (words: RegExp) => ({
    status: 503,
    body: { type: 'urn:orkestra:problem:unavailable', detail: expect.stringMatching(words) },
  });

  test('says that Temporal is, and still describes itself', async () => {
    api = await apiWithout('temporal');
    expect(await answer(await api.list())).toMatchObject(away(/^Temporal does not answer: calls go on/));
    expect((await fetch(`${api.url}/openapi.json`)).status).toBe(200);
  });

  test('says that Postgres is, where it has to look a key up', async () => {
    api = await apiWithout('postgres');
    expect(await answer(await api.list())).toMatchObject(away(/^Postgres is away, and with it the keys/));
  });

  test('does without Redis what can be done without it', async () => {
    api = await apiWithout('redis');
    expect((await api.list()).status).toBe(200);
    expect(await answer(await api.start('once'))).toMatchObject(
      away(/^Redis is away, and with it the answers/),
    );
  });
});
