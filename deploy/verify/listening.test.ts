import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { listeningPorts } from './listening.ts';

const onLinux = test.runIf(process.platform === 'linux');

onLinux('a port counts where other machines can reach it, and to the process that opened it', async () => {
  const [open, own] = [createServer().listen(0, '0.0.0.0'), createServer().listen(0, '127.0.0.1')];
  await Promise.all([once(open, 'listening'), once(own, 'listening')]);
  const portOf = (server: typeof open) => (server.address() as AddressInfo).port;
  const ports = listeningPorts(process.pid);
  expect(ports).toContain(portOf(open));
  expect(ports).not.toContain(portOf(own));
  expect(listeningPorts(process.ppid)).not.toContain(portOf(open));
  open.close();
  own.close();
});
