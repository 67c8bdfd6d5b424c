import type { Socket } from 'node:net';

/**
 * Several clients before one Postgres session, which is all that PGlite has. Messages are handed over in the
 * batches that make sense only together (up to a Sync, or a simple query), and a client that is in a transaction
 * keeps the session until its end. `@electric-sql/pglite-socket` 0.2 hands them over one by one: the unnamed
 * statements of parallel clients then overwrite each other, and queries return other queries' rows.
 *
 * What sets a client's session apart is shared by all of them: `SET`, temporary tables, advisory locks of a session,
 * names of prepared statements. `COPY FROM STDIN` and `LISTEN` do not work.
 */
export interface Database {
  /** Takes frontend messages, returns what the backend says to them. */
  execProtocolRaw(messages: Uint8Array): Promise<Uint8Array>;
}

/** How long a client may sit in a transaction, which keeps all others waiting, ms. */
const TRANSACTION_IDLE_MS = 60_000;
/** A row of that size has no place in the embedded database, bytes. */
const MAX_MESSAGE = 64 * 1024 * 1024;

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const [QUERY, SYNC, TERMINATE, READY] = [...'QSXZ'].map((letter) => letter.charCodeAt(0));
const ROLLBACK = Buffer.from('Q\0\0\0\x0dROLLBACK\0', 'latin1');

/** Who has the session now, and who waits for it. */
export class SessionQueue {
  private owner?: object;
  private readonly waiting: { client: object; go: () => void }[] = [];

  async take(client: object): Promise<void> {
    if (this.owner === client) return;
    if (!this.owner) {
      this.owner = client;
      return;
    }
    await new Promise<void>((go) => this.waiting.push({ client, go }));
  }

  release(client: object): void {
    if (this.owner !== client) return;
    const next = this.waiting.shift();
    this.owner = next?.client;
    next?.go();
  }
}

/** Serves one client's connection until it ends. */
export async function serveClient(socket: Socket, database: Database, queue: SessionQueue): Promise<void> {
  const client = {};
  let inTransaction = false;
  socket.setNoDelay(true);
  socket.on('timeout', () => socket.destroy());
  try {
    for await (const batch of batches(socket)) {
      await queue.take(client);
      const answer = await database.execProtocolRaw(batch);
      inTransaction = transactionStatus(answer) !== 'I';
      socket.setTimeout(inTransaction ? TRANSACTION_IDLE_MS : 0);
      if (!inTransaction) queue.release(client);
      // The socket's buffer is bounded by what one client asked for and has not read.
      if (answer.length > 0) socket.write(answer);
    }
  } catch {
    // The connection broke, or did not speak Postgres' protocol: either way it is over.
    socket.destroy();
  } finally {
    if (inTransaction) await database.execProtocolRaw(ROLLBACK).catch(() => undefined);
    queue.release(client);
    socket.end();
  }
}

/** Cuts a client's bytes into batches of whole messages. Ends at Terminate and at the end of the connection. */
async function* batches(socket: Socket): AsyncGenerator<Buffer> {
  let buffer: Buffer = Buffer.alloc(0);
  let started = false;
  let batchEnd = 0;
  for await (const chunk of socket) {
    buffer = buffer.length > 0 ? Buffer.concat([buffer, chunk as Buffer]) : (chunk as Buffer);
    while (true) {
      // Startup messages have no type byte before their length.
      const head = started ? batchEnd + 1 : 0;
      if (buffer.length < head + 4) break;
      const length = buffer.readInt32BE(head);
      if (length < 4 || length > MAX_MESSAGE) throw new Error(`a message of ${length} bytes`);
      const end = head + length;
      if (buffer.length < end) break;
      if (!started) {
        const code = buffer.readInt32BE(4);
        if (code === CANCEL_REQUEST) return;
        if (code === SSL_REQUEST || code === GSS_REQUEST) {
          socket.write('N');
        } else {
          started = true;
          yield buffer.subarray(0, end);
        }
        buffer = buffer.subarray(end);
        continue;
      }
      const type = buffer[batchEnd];
      if (type === TERMINATE) return;
      batchEnd = end;
      if (type === QUERY || type === SYNC) {
        yield buffer.subarray(0, end);
        buffer = buffer.subarray(end);
        batchEnd = 0;
      }
    }
  }
}

/** What the last ReadyForQuery says: I idle, T in a transaction, E in a failed one. */
function transactionStatus(answer: Uint8Array): string {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const at = bytes.length - 6;
  // ReadyForQuery ends every answer to a Query or a Sync: its type, its length of 5, its status.
  if (at < 0 || bytes[at] !== READY) throw new Error('the database left a batch unanswered');
  return String.fromCharCode(bytes[at + 5]!);
}
