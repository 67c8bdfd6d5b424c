import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

test('a port is given once, though nobody has opened it yet', async () => {
  const first = await freePort();
  expect(await freePort(first)).not.toBe(first);
});

test('a port that somebody listens on is not given', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(await freePort(port)).not.toBe(port);
  server.close();
});
