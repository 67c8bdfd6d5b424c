import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../config/schema.ts';
import { isAlive } from './lock.ts';

const stackInfoSchema = z.object({
  /** The process that holds the stack together. */
  pid: z.number().int().positive(),
  /** Variables that lead any of Orkestra's programs to this stack. */
  env: z.record(z.string(), z.string()),
  temporalUi: z.string().optional(),
  /** Where callers connect. */
  gatewayUrl: z.string(),
  /** Of the HTTP API. */
  apiUrl: z.string(),
  /** Of servers and workers, by name. */
  pids: z.record(z.string(), z.number()),
});

/** What other terminals need to know of a stack that runs on this machine. */
export type StackInfo = z.infer<typeof stackInfoSchema>;

const file = () => join(cacheFolder(), 'stack.json');

/** Lets `readRunningStack` of other processes find the stack; may be called again. Returns what takes that back. */
export function publishStack(info: StackInfo): () => void {
  mkdirSync(dirname(file()), { recursive: true });
  const draft = `${file()}.${info.pid}`;
  writeFileSync(draft, JSON.stringify(info, null, 2), { mode: 0o600 });
  renameSync(draft, file());
  return () => {
    if (readRunningStack()?.pid === info.pid) rmSync(file(), { force: true });
  };
}

/** The stack that runs on this machine under the same cache folder, if one does. */
export function readRunningStack(): StackInfo | undefined {
  try {
    const info = stackInfoSchema.parse(JSON.parse(readFileSync(file(), 'utf8')));
    return isAlive(info.pid) ? info : undefined;
  } catch (error) {
    // None, or one of another version of Orkestra.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
