import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { packageRoot } from '../config/package.ts';

/** A file of `test/tls`. */
export const pemFile = (name: string) => join(packageRoot, 'test', 'tls', `${name}.pem`);
export const pem = (name: string) => readFileSync(pemFile(name), 'utf8');

export interface TlsTunnel {
  port: number;
  close(): Promise<void>;
}

/** Postgres' SSLRequest: its length, and a number that no version of the protocol has. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A server that speaks TLS in front of one that does not: asks for a client's certificate of the tests' authority. */
export async function openTlsTunnel(
  target: URL | { hostname: string; port: string },
  { postgres = false, protocols = [] as string[] } = {},
): Promise<TlsTunnel> {
  const sockets = new Set<Socket>();
  const tls = createTlsServer({
    key: pem('server-key'),
    cert: pem('server'),
    ca: pem('ca'),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: protocols,
  });
  tls.on('secureConnection', (secured) => {
    const plain = connect(Number(target.port), target.hostname);
    sockets.add(plain);
    plain.on('error', () => secured.destroy());
    plain.on('close', () => secured.destroy());
    secured.on('error', () => plain.destroy());
    secured.on('close', () => plain.destroy());
    secured.pipe(plain).pipe(secured);
  });
  tls.on('tlsClientError', (_error, secured) => secured.destroy());
  const forward = (raw: Socket) => tls.emit('connection', raw);
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => undefined);
    if (!postgres) return void forward(raw);
    raw.once('data', (first) => {
      if (!first.equals(SSL_REQUEST)) return raw.destroy();
      raw.write('S');
      forward(raw);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
