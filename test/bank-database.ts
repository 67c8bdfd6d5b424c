import { loadConfig } from '../config/load.ts';
import { banking } from '../domains/banking/index.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';

/** The tests' Postgres with the bank's fictional customers in it. */
export async function openBankDatabase(): Promise<Database> {
  const database = openDatabase(loadConfig().postgres, () => undefined);
  await migrate(database);
  await banking.seedDemo!(async <Row>(sql: string, values: unknown[] = []) => {
    const { rows } = await database.query(sql, values);
    return rows as Row[];
  });
  return database;
}
