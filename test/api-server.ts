import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { startApi } from '../api/server.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { type ApiScope, createApiKey } from '../store/api-keys.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';

/** The HTTP API in this process, without a Temporal: for what is decided before Temporal is asked. */
export async function openApi(env: NodeJS.ProcessEnv = {}) {
  const config = loadConfig({ ...process.env, ORKESTRA_LOG_LEVEL: 'silent', ...env });
  const database = openDatabase(config.postgres, () => undefined);
  await migrate(database);
  const redis = new Redis(config.redis.url);
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const { url, close } = await startApi(
    {
      config,
      log: createLogger(config, 'api'),
      metrics: new Registry(),
      redis,
      client: new Client({ connection }),
      database: async () => database,
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    url,
    config,
    newKey: async (...scopes: ApiScope[]) => (await createApiKey(database, { name: 'test', scopes })).key,
    async close() {
      await close();
      redis.disconnect();
      await connection.close();
      await database.end();
    },
  };
}
