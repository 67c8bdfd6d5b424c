import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { serveClient, SessionQueue } from './postgres-wire.ts';

/** A program: Postgres 17 with pgvector, in memory, on the port of 127.0.0.1 that its argument names. */
const MAX_CLIENTS = 200;

const database = await PGlite.create({ extensions: { vector } });
const queue = new SessionQueue();
const server = createServer((socket) => void serveClient(socket, database, queue));
server.maxConnections = MAX_CLIENTS;
server.listen(Number(process.argv[2]), '127.0.0.1');

// Nothing to save: the data live as long as the process.
process.on('SIGTERM', () => process.exit());
