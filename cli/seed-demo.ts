import { loadConfig } from '../config/load.ts';
import { domains } from '../domains/registry.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';

/**
 * Puts the fictional customers of every domain into an embedded database, so that a caller can be somebody. One that
 * the environment names may be a real one: nothing is put there.
 */
export async function seedDemo(databaseUrl: string): Promise<void> {
  if (process.env.DATABASE_URL) return;
  const config = loadConfig({ ...process.env, DATABASE_URL: databaseUrl });
  const database = openDatabase(config.postgres, () => undefined);
  try {
    await migrate(database);
    for (const domain of domains) {
      await domain.seedDemo?.(async <Row>(sql: string, values: unknown[] = []) => {
        const { rows } = await database.query(sql, values);
        return rows as Row[];
      });
    }
  } finally {
    await database.end();
  }
}
