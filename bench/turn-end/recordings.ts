import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readWav } from '../../audio/wav.ts';
import { packageRoot } from '../../config/package.ts';

const folder = join(packageRoot, 'test', 'turns');
const ms = z.number().int().nonnegative();

/** What test/turns/manifest.json says about a recording; positions are ms since its first sample. */
const entrySchema = z.object({
  file: z.string(),
  kind: z.string(),
  /** The policy was tuned on the first ones, and is judged by the others; `unseen` ones were made after it. */
  part: z.enum(['tuned', 'held-out', 'unseen']),
  voice: z.string(),
  noise: z.string(),
  /** What the bot had said before. */
  asked: z.string(),
  words: z.string(),
  /** The stretches of speech; between them, the caller pauses. */
  speech: z.array(z.object({ words: z.string(), fromMs: ms, toMs: ms })).min(1),
  pauses: z.array(z.object({ atMs: ms, ms })),
  /** Where the caller's last word ends. */
  endMs: ms,
});
export type TurnRecording = z.infer<typeof entrySchema>;

/** Every recording of the test set. Throws ZodError if its manifest is damaged. */
export const turnRecordings = (): TurnRecording[] =>
  z.array(entrySchema).parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));

/** A recording's audio, 8 kHz. */
export const audioOf = ({ file }: TurnRecording): Int16Array =>
  readWav(readFileSync(join(folder, file))).samples;
