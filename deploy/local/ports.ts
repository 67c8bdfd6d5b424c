import { createServer } from 'node:net';

/** So many ports are remembered: more than one process has any use for at a time. */
const REMEMBERED = 1_000;
/** Whoever was given one may not have opened it yet, and the system would pick it again. */
const given = new Set<number>();

/**
 * A TCP port of 127.0.0.1 that nothing listens on, and that nobody in this process was given before: `preferred` where
 * it is such a one, else one that the system picks.
 */
export async function freePort(preferred = 0): Promise<number> {
  for (let wanted = preferred; ; wanted = 0) {
    const port = await tryPort(wanted);
    if (port === undefined || given.has(port)) continue;
    given.add(port);
    if (given.size > REMEMBERED) given.delete(given.values().next().value!);
    return port;
  }
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as { port: number };
      server.close(() => resolve(taken));
    });
  });
}
