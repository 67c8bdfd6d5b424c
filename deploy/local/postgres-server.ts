import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { serveClient, SessionQueue } from './postgres-wire.ts';

/**
 * A program: Postgres 17 with pgvector, in memory. Its arguments are the port of 127.0.0.1 to listen on, and a file
 * for an empty database: making one takes four times as long as loading it.
 */
const [port, template] = process.argv.slice(2) as [string, string];
const MAX_CLIENTS = 200;

const extensions = { vector };
const database = (await loadTemplate()) ?? (await createDatabase());
const queue = new SessionQueue();
const server = createServer((socket) => void serveClient(socket, database, queue));
server.maxConnections = MAX_CLIENTS;
server.listen(Number(port), '127.0.0.1');

// Nothing to save: the data live as long as the process.
process.on('SIGTERM', () => process.exit());

async function loadTemplate(): Promise<PGlite | undefined> {
  if (!existsSync(template)) return undefined;
  try {
    return await PGlite.create({ extensions, loadDataDir: new Blob([readFileSync(template)]) });
  } catch (error) {
    console.error(`${template} can't be loaded and is made anew:`, error);
    rmSync(template, { force: true });
    return undefined;
  }
}

async function createDatabase(): Promise<PGlite> {
  const created = await PGlite.create({ extensions });
  const dump = await created.dumpDataDir('none');
  // Several processes may do this at once; each puts a whole file in place.
  writeFileSync(`${template}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${template}.${process.pid}`, template);
  return created;
}
