import type { Config } from '../config/schema.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { publicUrl } from './connect-redis.ts';
import { CliError } from './error.ts';

/** Runs `act` on Postgres, brought to the present schema. Throws CliError where Postgres can't be used. */
export async function withPostgres<T>(
  config: Config['postgres'],
  act: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase(config, () => undefined);
  try {
    await migrate(database).catch((error: Error) => {
      throw new CliError(
        `Postgres can't be used at ${publicUrl(config.url)} (${error.message || 'connection refused'}): start it with \`orkestra up\`, or set DATABASE_URL to where it runs.`,
        1,
        { cause: error },
      );
    });
    return await act(database);
  } finally {
    await database.end();
  }
}
