import type OpenAI from 'openai';
import type { Config } from '../config/schema.ts';
import { EngineError } from './error.ts';
import { NAME } from './openai-error.ts';

export type OpenAiEndpoint = Pick<Config['openai'], 'apiKey' | 'baseUrl'>;

/** Throws EngineError if neither a key nor an endpoint that may want none is configured. */
export function requireEndpoint({ apiKey, baseUrl }: OpenAiEndpoint): void {
  if (apiKey || baseUrl) return;
  const message = 'set OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint that needs no key';
  throw new EngineError(NAME, message, { retryable: false });
}

/**
 * The official client, loaded by those processes that use it. `timeoutMs`: until an answer begins. Retries are the
 * engines' own, where it is known whether anything was said yet.
 */
export async function connectOpenAi({ apiKey, baseUrl }: OpenAiEndpoint, timeoutMs: number): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  const options = { maxRetries: 0, timeout: timeoutMs, logLevel: 'off' } as const;
  return new OpenAI({ apiKey: apiKey ?? 'none', baseURL: baseUrl, ...options });
}
