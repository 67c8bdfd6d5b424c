import { inTime } from './fallback.ts';

/** An answer that has begun. */
export interface Begun<T> {
  /** All of it, from its start. Ends the request when it is read no further. */
  parts: AsyncGenerator<T>;
  /** Ends the request. */
  stop(): void;
}

/**
 * Asks an engine and waits for the first part of its answer, or for it to call `alive`, at most `slowMs`; then, for as long as it takes, for
 * the first part that `counts`: what came before may still be thrown away. Rejects when there is none, with the
 * engine's error or an EngineError; the request is then over. `signal` ends it too.
 */
export async function begin<T>(
  engine: string,
  ask: (signal: AbortSignal, alive: () => void) => AsyncIterable<T>,
  signal: AbortSignal,
  slowMs: number,
  counts: (part: T) => boolean = () => true,
): Promise<Begun<T>> {
  const request = new AbortController();
  const stop = () => request.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let alive!: () => void;
  const sign = new Promise<void>((resolve) => {
    alive = resolve;
  });
  const reading = ask(request.signal, alive)[Symbol.asyncIterator]();
  const letGo = () => {
    signal.removeEventListener('abort', stop);
    stop();
    void reading.return?.(undefined)?.catch(() => undefined);
  };
  const before: T[] = [];
  try {
    const first = reading.next();
    await inTime(Promise.race([first, sign]), engine, slowMs);
    let next = await first;
    while (!next.done) {
      before.push(next.value);
      if (counts(next.value)) break;
      next = await reading.next();
    }
  } catch (error) {
    letGo();
    throw error;
  }
  async function* parts() {
    try {
      yield* before;
      for (let next = await reading.next(); !next.done; next = await reading.next()) yield next.value;
    } finally {
      letGo();
    }
  }
  return { parts: parts(), stop: letGo };
}
