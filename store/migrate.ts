import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package.ts';
import type { Database } from './database.ts';

/** Any number; processes that start together take turns at migrating by it. */
const MIGRATION_LOCK = 7_236_001;

/** Brings the database to the present schema; each file of `store/migrations` is applied once, in order of name. */
export async function migrate(database: Database): Promise<string[]> {
  const folder = join(packageRoot, 'store', 'migrations');
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  const client = await database.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query('create table if not exists migrations (name text primary key, applied_at timestamptz)');
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    const applied = new Set(rows.map(({ name }) => name));
    const missing = files.filter((file) => !applied.has(file));
    for (const file of missing) {
      await client.query(readFileSync(join(folder, file), 'utf8'));
      await client.query('insert into migrations values ($1, now())', [file]);
    }
    await client.query('commit');
    return missing;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
