import { appendFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './setup-error.ts';

const ATTEMPTS = 4;
const PAUSE_MS = 500;
/** Silence of the server after which a download is tried again from where it stopped. */
const STUCK_AFTER_MS = 30_000;

/**
 * Downloads `bytes` bytes into `target` by way of `partial`, which stays when the download is interrupted: the next
 * one goes on from its end, if the server can. Throws SetupError.
 */
export async function downloadUrl(
  url: string,
  bytes: number,
  partial: string,
  target: string,
): Promise<void> {
  let reason = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      if (sizeOf(partial) < bytes) await fetchRest(url, bytes, partial);
      if (sizeOf(partial) === bytes) return renameSync(partial, target);
      reason = `it ended after ${sizeOf(partial)} of ${bytes} bytes`;
    } catch (error) {
      if (error instanceof SetupError) throw error;
      reason = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    }
    if (attempt < ATTEMPTS) await sleep(PAUSE_MS * attempt);
  }
  throw new SetupError(`${url} could not be downloaded: ${reason}`);
}

async function fetchRest(url: string, bytes: number, partial: string): Promise<void> {
  const have = sizeOf(partial);
  const stuck = new AbortController();
  let timer = setTimeout(() => stuck.abort(), STUCK_AFTER_MS);
  try {
    const response = await fetch(url, {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      signal: stuck.signal,
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      // What was kept may be what the server dislikes: the next attempt starts anew.
      rmSync(partial, { force: true });
      throw new Error(`the server says ${response.status}`);
    }
    const resumes = response.headers.get('content-range')?.startsWith(`bytes ${have}-`) ?? false;
    if (!resumes) rmSync(partial, { force: true });
    let total = resumes ? have : 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => stuck.abort(), STUCK_AFTER_MS);
      total += chunk.length;
      if (total > bytes) throw new SetupError(`${url} is larger than the ${bytes} bytes expected`);
      // At once, so that it is there when the next chunk does not come.
      appendFileSync(partial, chunk);
    }
  } finally {
    clearTimeout(timer);
  }
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
