import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** How the engines of a chaos run behave, by kind; the file that ORKESTRA_CHAOS names says so and may change. */
const moodsSchema = z.record(
  z.enum(['stt', 'llm', 'tts', 'vad']),
  z.object({ until: z.number(), mood: z.enum(['hangs', 'slow', 'garbage', 'fails']) }).optional(),
);
export type Moods = Partial<z.infer<typeof moodsSchema>>;
export type EngineKind = 'stt' | 'llm' | 'tts';
export type Mood = 'hangs' | 'slow' | 'garbage' | 'fails';

/** What a slow engine takes on top, ms. */
const SLOW_MS = 1_200;
const LOOK_MS = 50;

let read: { mtimeMs: number; moods: Moods } = { mtimeMs: -1, moods: {} };

/** The mood of a kind of engine just now; undefined while it is well. */
export function moodOf(kind: EngineKind): Mood | undefined {
  const file = process.env.ORKESTRA_CHAOS;
  if (!file) return undefined;
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: -1 };
  if (mtimeMs !== read.mtimeMs) {
    read = {
      mtimeMs,
      moods: mtimeMs < 0 ? {} : (moodsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) as Moods),
    };
  }
  const one = read.moods[kind];
  return one && Date.now() < one.until ? one.mood : undefined;
}

/** Does what the mood asks for before an answer: nothing, waits, throws. */
export async function suffer(kind: EngineKind, signal?: AbortSignal): Promise<void> {
  const mood = moodOf(kind);
  if (mood === 'slow') await sleep(SLOW_MS, undefined, { signal }).catch(() => undefined);
  if (mood === 'fails') throw new Error(`the ${kind} engine fails, as it was told to`);
  const isOver = () => signal?.aborted === true;
  while (moodOf(kind) === 'hangs' && !isOver()) await sleep(LOOK_MS);
}
