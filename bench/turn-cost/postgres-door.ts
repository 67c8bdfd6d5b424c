import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Counts what clients ask of a Postgres that they reach through it. */
export class PostgresDoor {
  statements = 0;
  bytes = 0;
  private readonly server = createServer();

  /** Listens before the database at `url`; the URL for those who shall come through. */
  async openBefore(url: string): Promise<string> {
    const there = new URL(url);
    this.server.on('connection', (client) => {
      const database = connect(Number(there.port), there.hostname);
      const count = messageCounter();
      for (const socket of [client, database]) socket.setNoDelay(true).on('error', () => undefined);
      client.on('data', (data: Buffer) => {
        this.bytes += data.length;
        this.statements += count(data);
        database.write(data);
      });
      database.on('data', (data: Buffer) => {
        this.bytes += data.length;
        client.write(data);
      });
      client.on('close', () => database.destroy());
      database.on('close', () => client.destroy());
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const here = new URL(url);
    here.port = String((this.server.address() as AddressInfo).port);
    return here.href;
  }

  close() {
    this.server.close();
  }
}

const [QUERY, EXECUTE] = [...'QE'].map((letter) => letter.charCodeAt(0));

/** Tells how many statements each piece of a client's bytes brings: simple queries, and executions of prepared ones. */
function messageCounter(): (data: Buffer) => number {
  let rest = Buffer.alloc(0);
  let started = false;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    let statements = 0;
    for (;;) {
      // The first message, of the client's name, has no letter before its length.
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return statements;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return statements;
      if (started && (rest[0] === QUERY || rest[0] === EXECUTE)) statements += 1;
      started = true;
      rest = rest.subarray(end);
    }
  };
}
