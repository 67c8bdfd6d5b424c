import { Keeper } from '../deploy/local/keeper.ts';
import { startPostgres } from '../deploy/local/postgres.ts';
import { measureRealCalls } from './analytics/real-calls.ts';
import { measureReports } from './analytics/reports.ts';
import { report } from './platform.ts';

/**
 * Whether reports are right, and in time: figures of real calls against their raw events and the callers' own clocks,
 * then a million turns. DATABASE_URL puts an empty Postgres of your own in the embedded one's place.
 */
export async function run() {
  const right = await measureRealCalls();
  const embedded = !process.env.DATABASE_URL;
  report(`a million turns, in ${embedded ? 'the embedded Postgres' : 'the Postgres of DATABASE_URL'}`);
  const keeper = new Keeper();
  const postgres = await startPostgres(keeper, report);
  try {
    const inTime = await measureReports(postgres.url, embedded);
    if (!right || !inTime) process.exitCode = 1;
  } finally {
    await postgres.stop();
    keeper.close();
  }
}
