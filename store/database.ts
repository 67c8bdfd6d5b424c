import pg from 'pg';
import type { Config } from '../config/schema.ts';

/** A pool of connections to Postgres: few, since each statement is short; none waits longer than 5 s for one. */
export function openDatabase(config: Config['postgres'], onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.url,
    max: 4,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    idleTimeoutMillis: 60_000,
  });
  // Without a listener, an idle connection that breaks would end the process.
  pool.on('error', onError);
  return pool;
}

export type Database = pg.Pool;
