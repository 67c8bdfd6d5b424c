import { clipped } from '../config/schema-words.ts';
import type { z } from 'zod';

/** What is wrong with a message, in one sentence for its sender. */
export function explain(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return path.length === 0 ? message : `${clipped(path.join('.'))}: ${message}`;
}

/** JSON, or undefined where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
