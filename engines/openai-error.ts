import { EngineError } from './error.ts';

export const NAME = 'openai';

/** What of the client's errors is looked at; they are told apart by these, not by class. */
interface ApiError {
  status?: number;
  code?: string | null;
  message?: string;
  cause?: ApiError;
}

const HINTS: Record<number, string> = {
  401: 'the endpoint refused the key (401): check OPENAI_API_KEY',
  403: 'the endpoint refused the key (403): check what OPENAI_API_KEY may do',
  404: 'the endpoint knows no such model or address (404): check OPENAI_MODEL (for speech OPENAI_STT_MODEL, OPENAI_TTS_MODEL) and OPENAI_BASE_URL',
};
const LONGEST_MESSAGE = 200;

/** Any error of a request as an EngineError, in one sentence without secrets. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { status, code, message = '', cause } = error as ApiError;
  const told = message.split('\n')[0]!.slice(0, LONGEST_MESSAGE);
  if (status === undefined) {
    const root = rootOf(cause);
    const reason = root?.code ?? root?.message ?? told;
    return new EngineError(NAME, `the connection failed: ${reason}`, { retryable: true, cause: error });
  }
  // Out of credit comes as 429 too, and no waiting helps.
  const retryable = (status === 429 && code !== 'insufficient_quota') || status >= 500 || status === 408;
  return new EngineError(NAME, HINTS[status] ?? `the endpoint answered ${told}`, { retryable, cause: error });
}

/** "fetch failed" has its reason in its cause. */
const rootOf = (error: ApiError | undefined): ApiError | undefined =>
  error?.cause ? rootOf(error.cause) : error;

/** The wait that an endpoint asks for, ms. */
export function retryAfterMs(error: unknown): number {
  const headers = (error as { headers?: Headers }).headers;
  return Number(headers?.get('retry-after') ?? 0) * 1_000 || 0;
}
