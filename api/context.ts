import type { Client } from '@temporalio/client';
import type { Registry } from 'prom-client';
import type { Logger } from '../config/log.ts';
import type { Config } from '../config/schema.ts';
import type { ApiKey } from '../store/api-keys.ts';
import type { Database } from '../store/database.ts';
import type { RedisClient } from '../stream/connection.ts';

/** What the API works with. */
export interface ApiDeps {
  config: Config;
  log: Logger;
  metrics: Registry;
  redis: RedisClient;
  client: Client;
  /** Postgres; rejects where it can't be reached. */
  database: () => Promise<Database>;
}

/** What a request carries from one step to the next. */
export interface ApiEnv {
  Variables: {
    key: ApiKey;
    /** The `Idempotency-Key`, in the name of the key that sent it: `<key id>/<idempotency key>`. */
    once: string | undefined;
    /** Of method, path and body: the same for the same request. */
    fingerprint: string;
  };
}
