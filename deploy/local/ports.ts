import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** So many ports are remembered: more than one process has any use for at a time. */
const REMEMBERED = 1_000;
/** Whoever was given one may not have opened it yet. */
const given = new Set<number>();

/**
 * Below those that Linux, macOS and Windows give to connections that go out: one of them may have the port by the time
 * that it is opened.
 */
const LOWEST = 10_000;
const HIGHEST = 32_767;

/**
 * A TCP port of 127.0.0.1 that nothing listens on, and that nobody in this process was given before: `preferred` where
 * it is such a one, else any.
 */
export async function freePort(preferred = 0): Promise<number> {
  for (let wanted = preferred || anyPort(); ; wanted = anyPort()) {
    if (given.has(wanted) || !(await isFree(wanted))) continue;
    given.add(wanted);
    if (given.size > REMEMBERED) given.delete(given.values().next().value!);
    return wanted;
  }
}

const anyPort = () => randomInt(LOWEST, HIGHEST + 1);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
