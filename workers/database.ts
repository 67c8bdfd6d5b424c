import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { logOnce } from './log-once.ts';
import type { WorkerContext } from './run.ts';

/** Opens Postgres and brings it to the present schema, for as long as it takes: processes start in any order. */
export async function openMigratedDatabase({
  config,
  log,
  health,
  draining,
}: WorkerContext): Promise<Database> {
  const complain = logOnce(log, 'Postgres can’t be used');
  const database = openDatabase(config.postgres, complain);
  for (;;) {
    draining.throwIfAborted();
    try {
      const applied = await migrate(database);
      if (applied.length > 0) log.info({ applied }, 'database migrated');
      break;
    } catch (error) {
      health.detail = `waiting for Postgres: ${(error as Error).message}`;
      complain(error as Error);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  health.detail = '';
  health.add('postgres', async () => {
    await database.query('select 1');
  });
  return database;
}

/** Postgres for whoever needs it now and then: opened and brought to the present schema at its first use. */
export class DatabaseOnDemand {
  private opening: Promise<Database> | undefined;

  constructor(private readonly context: Pick<WorkerContext, 'config' | 'log'>) {}

  /** Rejects where it can't be reached; the next use tries again. */
  open(): Promise<Database> {
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  async close(): Promise<void> {
    const database = await this.opening?.catch(() => undefined);
    await database?.end();
  }

  private async connect(): Promise<Database> {
    const { config, log } = this.context;
    const database = openDatabase(config.postgres, logOnce(log, 'Postgres can’t be used'));
    try {
      await migrate(database);
      return database;
    } catch (error) {
      await database.end();
      throw error;
    }
  }
}
