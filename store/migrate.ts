import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package.ts';
import type { Database } from './database.ts';

/** Any number; processes that start together take turns at migrating by it. */
const MIGRATION_LOCK = 7_236_001;

/**
 * Brings the database to the present schema: the files of `store/migrations`, then those of each domain's own
 * folder `migrations`, each applied once, in order of name.
 */
export async function migrate(database: Database): Promise<string[]> {
  const files = migrationFiles();
  // Mostly nothing is missing: then nobody waits for a process that is busy with its own start.
  if (await hasAll(database, files)) return [];
  const client = await database.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz)',
    );
    const missing = await missingIn(client, files);
    for (const { name, path } of missing) {
      await client.query(readFileSync(path, 'utf8'));
      await client.query('insert into migrations values ($1, now())', [name]);
    }
    await client.query('commit');
    return missing.map(({ name }) => name);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function hasAll(database: Database, files: MigrationFile[]): Promise<boolean> {
  const table = await database.query<{ exists: boolean }>(
    "select to_regclass('migrations') is not null as exists",
  );
  return table.rows[0]!.exists && (await missingIn(database, files)).length === 0;
}

async function missingIn(
  database: Pick<Database, 'query'>,
  files: MigrationFile[],
): Promise<MigrationFile[]> {
  const { rows } = await database.query<{ name: string }>('select name from migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return files.filter(({ name }) => !applied.has(name));
}

interface MigrationFile {
  name: string;
  path: string;
}

/** A domain's files are named after it, `banking/001-customers.sql`. */
function migrationFiles(): MigrationFile[] {
  const domains = readdirSync(join(packageRoot, 'domains'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return [
    ...sqlFiles(join(packageRoot, 'store', 'migrations'), ''),
    ...domains.flatMap((domain) =>
      sqlFiles(join(packageRoot, 'domains', domain, 'migrations'), `${domain}/`),
    ),
  ];
}

function sqlFiles(folder: string, prefix: string) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: prefix + file, path: join(folder, file) }));
}
