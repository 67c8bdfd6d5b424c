import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { bytes, text } from '../arbitraries.ts';
import { door, Fault } from '../door.ts';
import type { DoorMaker } from './maker.ts';

const title = 'TCP: bytes on the gateway and the API';
const WAIT_MS = 1_500;

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
const first = fc.oneof(
  bytes(300),
  text.map((words) => Buffer.from(words)),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'FOO', '\0'),
      fc.oneof(text, fc.constantFrom('/', '//', '*', '/twilio', '/pcm', 'http://x:y')),
      fc.dictionary(text, text, { maxKeys: 3 }),
    )
    .map(([method, path, headers]) =>
      Buffer.from(
        `${method} ${path} HTTP/1.1\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      ),
    ),
  // Broken WebSocket frames behind a right handshake.
  fc
    .tuple(fc.constantFrom('/twilio', '/pcm', '/ws', '/x'), bytes(100))
    .map(([path, frames]) => Buffer.concat([Buffer.from(upgrade(path)), frames])),
);

/** What no HTTP library would send. Whatever it is, the next connection has to be served. */
export const rawDoor: DoorMaker = {
  title,
  async open({ gateway, api }) {
    const ports = [gateway, api].map((url) => Number(new URL(url.replace(/^ws/, 'http')).port));
    return door({
      name: title,
      share: 12,
      cases: fc.record({ sent: first, door: fc.constantFrom(0, 1) }),
      async attempt({ sent, door: which }) {
        const socket = connect(ports[which]!, '127.0.0.1');
        const answer: Buffer[] = [];
        socket.on('data', (data) => answer.push(data));
        socket.on('error', () => undefined);
        await once(socket, 'connect').catch(() => {
          throw new Fault('no connection is taken any more');
        });
        const closed = once(socket, 'close').catch(() => undefined);
        socket.end(sent);
        let timer!: NodeJS.Timeout;
        await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, WAIT_MS)))]);
        clearTimeout(timer);
        socket.destroy();
        const status = /^HTTP\/1\.1 (\d+)/.exec(Buffer.concat(answer).toString('latin1'))?.[1];
        if (status === '500') throw new Fault(Buffer.concat(answer).toString('latin1').slice(0, 500));
        return Number(status) < 400 ? 'accepted' : 'refused';
      },
    });
  },
};
