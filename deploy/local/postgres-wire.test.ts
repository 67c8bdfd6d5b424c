import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { serveClient, SessionQueue } from './postgres-wire.ts';

let database: PGlite;
let server: Server;
const pools: pg.Pool[] = [];

beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } });
  const queue = new SessionQueue();
  server = createServer((socket) => void serveClient(socket, database, queue)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

beforeEach(async () => {
  await database.exec('DROP TABLE IF EXISTS rows; CREATE TABLE rows (client int, step int)');
  return async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  };
});

afterAll(async () => {
  server.close();
  await database.close();
});

function connect(max = 3): pg.Pool {
  const { port } = server.address() as AddressInfo;
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max });
  pool.on('error', () => undefined);
  pools.push(pool);
  return pool;
}

test('clients who ask at the same time get their own answers, and all that they commit is there', async () => {
  const clients = Array.from({ length: 5 }, () => connect());
  await Promise.all(
    clients.map(async (pool, client) => {
      for (let step = 0; step < 20; step++) {
        const { rows } = await pool.query('SELECT $1::int AS step, $2::text AS client', [
          step,
          `client ${client}`,
        ]);
        expect(rows).toEqual([{ step, client: `client ${client}` }]);
        const connection = await pool.connect();
        await connection.query('BEGIN');
        await connection.query('INSERT INTO rows VALUES ($1, $2)', [client, step]);
        await connection.query(step % 2 ? 'ROLLBACK' : 'COMMIT');
        connection.release();
      }
    }),
  );
  const { rows } = await database.query('SELECT client, count(*)::int FROM rows GROUP BY 1 ORDER BY 1');
  expect(rows).toEqual(clients.map((_, client) => ({ client, count: 10 })));
});

test('what a transaction does is not seen before it commits', async () => {
  const [writer, reader] = [await connect().connect(), connect()];
  await writer.query('BEGIN');
  await writer.query('INSERT INTO rows VALUES (1, 1)');
  const seen = reader.query('SELECT count(*)::int FROM rows');
  await writer.query('INSERT INTO rows VALUES (1, 2)');
  await writer.query('COMMIT');
  writer.release();
  expect((await seen).rows).toEqual([{ count: 2 }]);
});

test('a transaction whose client is gone is rolled back, and the others go on', async () => {
  const lost = await connect().connect();
  lost.on('error', () => undefined);
  await lost.query('BEGIN');
  await lost.query('INSERT INTO rows VALUES (1, 1)');
  (lost as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  expect((await connect().query('SELECT count(*)::int FROM rows')).rows).toEqual([{ count: 0 }]);
  lost.release(true);
});

test('an error is told to the client who made it, whose connection stays usable', async () => {
  const connection = await connect(1).connect();
  await expect(connection.query('SELECT $1::int FROM nowhere', [1])).rejects.toThrow('nowhere');
  await connection.query('BEGIN');
  await expect(connection.query('SELECT nothing')).rejects.toThrow('nothing');
  await connection.query('ROLLBACK');
  expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  connection.release();
});

test('what is no Postgres client is shown out, and nobody else notices', async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch((error: Error) => error);
  expect(answer).toBeInstanceOf(Error);
  expect((await connect().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
