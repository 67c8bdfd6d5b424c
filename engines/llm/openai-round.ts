import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { EngineError } from '../error.ts';
import { NAME, retryAfterMs, toEngineError } from '../openai-error.ts';

export interface Limits {
  /** Until the first token, connecting and retries included, ms. */
  firstTokenMs: number;
  /** From token to token, ms. */
  betweenTokensMs: number;
  /** Requests after the first that failed before its first token. */
  retries: number;
  /** Before the first retry, ms; doubled for the next. */
  backoffMs: number;
}

type Request = OpenAI.ChatCompletionCreateParamsStreaming;
type Chunk = OpenAI.ChatCompletionChunk;

/** One request and its streamed answer. Throws EngineError; ends early, without one, when `signal` aborts. */
export async function* streamRound(
  client: OpenAI,
  request: Request,
  signal: AbortSignal,
  limits: Limits,
): AsyncGenerator<Chunk> {
  const deadline = performance.now() + limits.firstTokenMs;
  for (let attempt = 0; !signal.aborted; attempt++) {
    let begun = false;
    try {
      for await (const chunk of streamOnce(client, request, signal, { ...limits, deadline })) {
        begun = true;
        yield chunk;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const engineError = toEngineError(error);
      const wait = Math.max(limits.backoffMs * 2 ** attempt, retryAfterMs(error));
      const inTime = performance.now() + wait < deadline;
      if (begun || !engineError.retryable || attempt >= limits.retries || !inTime) throw engineError;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function* streamOnce(
  client: OpenAI,
  request: Request,
  signal: AbortSignal,
  { deadline, firstTokenMs, betweenTokensMs }: Limits & { deadline: number },
): AsyncGenerator<Chunk> {
  const connection = new AbortController();
  const hangUp = () => connection.abort();
  let late: EngineError | undefined;
  const expectWithin = (ms: number, message: string) =>
    setTimeout(() => {
      late = new EngineError(NAME, message, { retryable: true });
      hangUp();
    }, ms);
  signal.addEventListener('abort', hangUp, { once: true });
  let timer = expectWithin(deadline - performance.now(), `no answer began within ${firstTokenMs} ms`);
  try {
    const chunks = await client.chat.completions.create(request, { signal: connection.signal });
    for await (const chunk of chunks) {
      clearTimeout(timer);
      yield chunk;
      // What has arrived already would be given all the same.
      if (signal.aborted) return;
      timer = expectWithin(betweenTokensMs, `the answer stopped for ${betweenTokensMs} ms`);
    }
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', hangUp);
    hangUp();
  }
  // The client ends an aborted stream as if it were complete.
  if (late) throw late;
}
