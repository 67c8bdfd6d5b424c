import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { cacheFolder } from '../../config/schema.ts';
import type { Keeper } from './keeper.ts';
import { freePort } from './ports.ts';
import { compiledProgram } from './program.ts';
import { notOurs, onFreePorts, startServer, type Server } from './server.ts';
import { SetupError, type Report } from './setup-error.ts';

const OLDEST = 16;
const CONNECT_TIMEOUT_MS = 5_000;

/** The Postgres at DATABASE_URL where that is set, else an embedded one. Throws SetupError. */
export async function startPostgres(keeper: Keeper, report: Report): Promise<Server & { url: string }> {
  const given = process.env.DATABASE_URL;
  if (given) {
    await checkPostgres(given);
    return { ...notOurs, url: given };
  }
  return onFreePorts(async () => {
    const port = await freePort();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const args = ['--enable-source-maps', compiledProgram('postgres-server'), String(port), templateFile()];
    const server = await startServer(
      keeper,
      { name: 'postgres', command: process.execPath, args },
      () =>
        checkPostgres(url).then(
          () => true,
          () => false,
        ),
      report,
    );
    return { ...server, url };
  });
}

/** The empty database of the embedded Postgres, kept for the next start; each version has its own. */
function templateFile(): string {
  const program = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(readFileSync(join(dirname(program), '../package.json'), 'utf8')) as {
    version: string;
  };
  mkdirSync(cacheFolder(), { recursive: true });
  return join(cacheFolder(), `postgres-${version}.tar`);
}

/** Throws SetupError unless a Postgres that is new enough and has pgvector answers. */
async function checkPostgres(url: string): Promise<void> {
  const { host } = new URL(url);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; vector: boolean }>(
      `SELECT current_setting('server_version_num') AS version,
              EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') AS vector`,
    );
    const major = Math.floor(Number(rows[0]!.version) / 10_000);
    if (major < OLDEST) {
      throw new SetupError(
        `The Postgres at DATABASE_URL (${host}) is ${major}; ${OLDEST} or newer is needed.`,
      );
    }
    if (!rows[0]!.vector) {
      throw new SetupError(
        `The Postgres at DATABASE_URL (${host}) lacks the extension pgvector: install it there.`,
      );
    }
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `Postgres does not answer at DATABASE_URL (${host}): ${(error as Error).message}. ` +
        'Start it, correct the variable, or unset it to use the embedded one.',
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
