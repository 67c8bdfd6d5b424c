import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { SetupError } from './setup-error.ts';

const ATTEMPTS = 4;
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
      reason = `${sizeOf(partial)} bytes came, ${bytes} were expected`;
      if (sizeOf(partial) > bytes) break;
    } catch (error) {
      if (error instanceof SetupError) throw error;
      reason = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    }
  }
  if (sizeOf(partial) > bytes) rmSync(partial, { force: true });
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
      // The server will not say anything else the next time, except where the range is what it dislikes.
      rmSync(partial, { force: true });
      if (response.status === 416) return;
      throw new SetupError(`${url} could not be downloaded: the server says ${response.status}`);
    }
    const resumes = response.headers.get('content-range')?.startsWith(`bytes ${have}-`) ?? false;
    let total = resumes ? have : 0;
    const guard = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(() => stuck.abort(), STUCK_AFTER_MS);
        total += chunk.length;
        done(
          total > bytes ? new SetupError(`${url} is larger than the ${bytes} bytes expected`) : null,
          chunk,
        );
      },
    });
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      guard,
      createWriteStream(partial, { flags: resumes ? 'a' : 'w' }),
      { signal: stuck.signal },
    );
  } finally {
    clearTimeout(timer);
  }
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
