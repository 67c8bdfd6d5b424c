import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
/** A holder that has not shown itself for so long is dead, whatever machine it was on. */
const STALE_MS = 20_000;
const POLL_MS = 100;

interface Holder {
  pid: number;
  host: string;
  token: string;
}

/**
 * Runs `work` while no other process does the same under the same lock file. A lock whose holder is dead is taken
 * over. `waiting` is told once who holds it. What is locked must bear a rare double run all the same: taking over
 * from a dead holder leaves a window of microseconds.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: (holder: number) => void,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  let told = false;
  while (!take(file, mine)) {
    const holder = readHolder(file);
    if (holder && isStale(file, holder)) {
      breakLock(file, holder);
      continue;
    }
    if (holder && !told) waiting(holder.pid);
    told ||= holder !== undefined;
    await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => {
    if (readHolder(file)?.token === mine.token) utimesSync(file, new Date(), new Date());
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (readHolder(file)?.token === mine.token) rmSync(file, { force: true });
  }
}

/** A link appears whole or not at all, so that nobody ever reads half a holder. */
function take(file: string, holder: Holder): boolean {
  const draft = `${file}.${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isStale(file: string, holder: Holder): boolean {
  if (holder.host === hostname() && !isAlive(holder.pid)) return true;
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return age > STALE_MS;
}

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function breakLock(file: string, stale: Holder): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    // Another process may have broken the same lock and taken it meanwhile: then it gets it back.
    if (readHolder(aside)?.token !== stale.token) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
